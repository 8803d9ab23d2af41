import { readFile } from 'node:fs/promises';

/** Resident memory of a process in MiB, now and at its peak; undefined where /proc is missing. @param {number} pid */
export async function memoryOf(pid) {
  const status = await readFile(`/proc/${pid}/status`, 'utf8').catch(() => '');
  const kib = (name) => Number(new RegExp(`^${name}:\\s+(\\d+) kB`, 'm').exec(status)?.[1]);
  const [now, peak] = [kib('VmRSS'), kib('VmHWM')];
  return now ? { nowMiB: Math.round(now / 1024), peakMiB: Math.round(peak / 1024) } : undefined;
}
