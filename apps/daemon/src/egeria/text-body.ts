import { IdaemonError } from '@idaemon/contracts';
import type { FastifyInstance } from 'fastify';
import { maxBodyBytes } from '../rest/problem.filter.js';

/** Egeria's clients send the one text that there is as plain text; everywhere else JSON is wanted. */
export function takeText(fastify: FastifyInstance): void {
  fastify.addContentTypeParser<string>(
    'text/plain',
    { parseAs: 'string', bodyLimit: maxBodyBytes },
    ({ method, url }, body, done) => {
      const path = url.split('?')[0] ?? url;
      if (path.startsWith('/open-metadata/admin-services/')) return done(null, body);
      done(new IdaemonError('unsupported-media-type', `${method} ${path} takes JSON only`));
    },
  );
}
