/** No secret's value is ever stored: documents hold references only. Messages never repeat what was found. */
import type { FieldError, HostedDefinition } from '@idaemon/contracts';

const useReference = 'leave it out and name where it is in secrets';
const reference = (name: string) => `secrets: { ${name}: { env: NAME_OF_A_VARIABLE } }`;

/** Credentials inside strings of `config`: the password of a URL, `password=` of a connection string. */
export function plainSecrets(config: unknown, path = 'config'): FieldError[] {
  if (typeof config === 'string') return holdsPassword(config) ? [plainPassword(path)] : [];
  if (config === null || typeof config !== 'object') return [];
  return Object.entries(config).flatMap(([key, value]) => plainSecrets(value, `${path}.${key}`));
}

function plainPassword(path: string): FieldError {
  return { path, message: `holds a password; ${useReference}, for instance ${reference('password')}` };
}

function holdsPassword(text: string): boolean {
  if (/^[a-z][a-z0-9+.-]*:\/\/[^/?#\s@]*:[^/?#\s]+@/i.test(text)) return true;
  return /(^|[?&;,\s])(password|passwd|pwd|secret|token|api[-_]?key|access[-_]?key)=[^&;,\s]/i.test(text);
}

/** Keys of `config` that say that their value is a secret, for a definition that nobody has described yet. */
export function suspiciousKeys(config: Record<string, unknown>): FieldError[] {
  return Object.keys(config)
    .filter((key) => /(password|passwd|pwd|secret|token|api[-_]?key|private[-_]?key)$/i.test(key))
    .map((key) => misplaced(key));
}

function misplaced(key: string): FieldError {
  return {
    path: `config.${key}`,
    message: `is a secret and has no place in config; ${useReference}: ${reference(key.replace(/\W/g, '_'))}`,
  };
}

/** Secrets by the names of the definition: each in its place, none unknown, none missing. */
export function secretErrors(
  { config, secrets }: { config: object; secrets: object },
  declared: HostedDefinition['secrets'],
): FieldError[] {
  const names = new Set(declared.map(({ name }) => name.toLowerCase()));
  return [
    ...Object.keys(config)
      .filter((key) => names.has(key.toLowerCase()))
      .map((key) => misplaced(key)),
    ...declared
      .filter(({ name, isRequired }) => isRequired && !(name in secrets))
      .map(({ name, description }) => ({
        path: `secrets.${name}`,
        message: `is required (${description}): a reference such as { env: NAME_OF_A_VARIABLE }`,
      })),
  ];
}
