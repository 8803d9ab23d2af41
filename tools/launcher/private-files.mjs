/** Files that only their owner may read, written whole or not at all. */
import { randomBytes } from 'node:crypto';
import { mkdir, open, readFile, rename, rm } from 'node:fs/promises';
import { dirname } from 'node:path';
import { codeOf } from './failure.mjs';

/** Long enough that guessing is hopeless, and safe in URLs and configuration files. */
export function randomSecret() {
  return randomBytes(24).toString('base64url');
}

/**
 * Replaces a file in one step, so that a crash or a full disk leaves the old content.
 * @param {string} path @param {string} content
 */
export async function writePrivateFile(path, content) {
  await mkdir(dirname(path), { recursive: true });
  const temporary = `${path}.${randomBytes(4).toString('hex')}.tmp`;
  try {
    const file = await open(temporary, 'wx', 0o600);
    try {
      await file.writeFile(content);
      await file.sync();
    } finally {
      await file.close();
    }
    await rename(temporary, path);
  } catch (error) {
    await rm(temporary, { force: true });
    throw error;
  }
}

/** @param {string} path @returns {Promise<string | undefined>} undefined when there is no such file */
export async function readIfThere(path) {
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    if (codeOf(error) === 'ENOENT' || codeOf(error) === 'ENOTDIR') return undefined;
    throw error;
  }
}

/**
 * @param {string} path
 * @returns {Promise<Record<string, unknown>>} empty when there is none or it is damaged: such files can be made again
 */
export async function readJsonObject(path) {
  const text = await readIfThere(path);
  if (text === undefined) return {};
  try {
    const value = /** @type {unknown} */ (JSON.parse(text));
    return typeof value === 'object' && value !== null ? /** @type {Record<string, unknown>} */ (value) : {};
  } catch {
    return {};
  }
}

/** @param {string} path @param {unknown} value */
export async function writePrivateJson(path, value) {
  await writePrivateFile(path, `${JSON.stringify(value, undefined, 2)}\n`);
}

/**
 * The secret of a file; made at the first call, the same ever after.
 * @param {string} path
 */
export async function secretIn(path) {
  const known = (await readIfThere(path))?.trim();
  if (known) return known;
  const secret = randomSecret();
  await writePrivateFile(path, `${secret}\n`);
  return secret;
}
