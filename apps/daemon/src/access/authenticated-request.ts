import type { FastifyRequest } from 'fastify';
import type { Principal } from './role.js';

/** `principal` is set by the access guard, before any handler. */
export type AuthenticatedRequest = FastifyRequest & { principal?: Principal };
