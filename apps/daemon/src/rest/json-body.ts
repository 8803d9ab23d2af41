import { RequestError } from '@idaemon/contracts';
import type { FastifyInstance } from 'fastify';
import { parse, printParseErrorCode, type ParseError } from 'jsonc-parser';
import { maxBodyBytes } from './problem.filter.js';

/**
 * Takes JSON (also merge patches) and says where a malformed body goes wrong. Keys that would reach into prototypes
 * are refused.
 */
export function takeJson(fastify: FastifyInstance): void {
  const parseStrictly = fastify.getDefaultJsonParser('error', 'error');
  fastify.removeAllContentTypeParsers();
  fastify.addContentTypeParser<string>(
    ['application/json', 'application/merge-patch+json'],
    { parseAs: 'string', bodyLimit: maxBodyBytes },
    (request, body, done) => {
      if (!body.trim()) return done(null, undefined);
      void parseStrictly(request, body, (error, value) =>
        error ? done(malformed(body)) : done(null, value),
      );
    },
  );
}

/** Names line and column, never the text itself: it may hold a secret. */
export function malformed(body: string): RequestError {
  const errors: ParseError[] = [];
  parse(body, errors, { disallowComments: true, allowTrailingComma: false });
  const [first] = errors;
  if (!first) {
    return new RequestError('The body holds a key that is not allowed: __proto__ or constructor.prototype', {
      action: 'Remove the key and send the request again.',
    });
  }
  const before = body.slice(0, first.offset).split('\n');
  const column = (before.at(-1)?.length ?? 0) + 1;
  return new RequestError(
    `The body is not valid JSON: ${wordsOf(printParseErrorCode(first.error))} at line ${before.length}, column ${column}`,
    { action: 'Correct the JSON and send the request again.' },
  );
}

/** `CommaExpected` reads `comma expected`. */
function wordsOf(code: string): string {
  return code.replace(/([a-z])([A-Z])/g, '$1 $2').toLowerCase();
}
