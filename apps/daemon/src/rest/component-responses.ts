import { isDeepStrictEqual } from 'node:util';
import { errorCodes, type ErrorCode } from '@idaemon/contracts';

/** Answers that many operations have in common: each is written once. */
export class ComponentResponses {
  readonly #responses = new Map<string, object>();

  /** The reference to the answer with one of these problems; `form` tells apart how they are told besides. */
  of(codes: readonly ErrorCode[], form: string, content: object): { $ref: string } {
    const name = codes.map(pascalCase).join('Or') + form;
    const description = codes.map((code) => `${errorCodes[code].title} (${code}).`).join(' ');
    const known = this.#responses.get(name);
    const response = { description, content };
    if (known && !isDeepStrictEqual(known, response)) throw new Error(`Two answers are called ${name}`);
    this.#responses.set(name, response);
    return { $ref: `#/components/responses/${name}` };
  }

  all(): Record<string, object> {
    return Object.fromEntries([...this.#responses].sort(([a], [b]) => (a < b ? -1 : 1)));
  }
}

function pascalCase(code: ErrorCode): string {
  return code.replace(/(?:^|-)([a-z])/g, (_, letter: string) => letter.toUpperCase());
}
