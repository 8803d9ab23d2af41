import { Inject, Injectable, type CanActivate, type ExecutionContext } from '@nestjs/common';
import { IdaemonError, NotAuthorizedError } from '@idaemon/contracts';
import { operationOf } from '../rest/handles.decorator.js';
import type { AuthenticatedRequest } from './authenticated-request.js';
import { FailedAttempts } from './failed-attempts.js';
import { mayActAs, type Principal } from './role.js';
import { Tokens } from './tokens.js';

/** Lets nobody in without a valid token, and nobody do more than the role of the token allows. */
@Injectable()
export class AccessGuard implements CanActivate {
  readonly #failed = new FailedAttempts();

  constructor(@Inject(Tokens) private readonly tokens: Tokens) {}

  async canActivate(context: ExecutionContext): Promise<boolean> {
    const operation = operationOf(context.getHandler());
    if (operation?.access === 'anyone') return true;
    const request = context.switchToHttp().getRequest<AuthenticatedRequest>();
    const principal = await this.#authenticate(request);
    // A route that is no operation has no declared role: it takes the highest.
    const needed = operation?.access ?? 'administrator';
    if (!mayActAs(principal.role, needed)) throw notAllowed(principal, request, needed);
    request.principal = principal;
    return true;
  }

  async #authenticate(request: AuthenticatedRequest): Promise<Principal> {
    const token = bearerOf(request.headers.authorization);
    if (token === undefined) throw unknown('The request carries no bearer token');
    const principal = await this.tokens.principalOf(token);
    if (principal) return principal;
    throw this.#refuse(request.ip, token, Date.now());
  }

  /** Only wrong tokens wait: many clients may share an address, e.g. that of an ingress. */
  #refuse(address: string, token: string, nowMs: number): IdaemonError {
    const waitMs = this.#failed.waitMs(address, nowMs);
    if (waitMs !== undefined) return tooMany(address, waitMs);
    this.#failed.add(address, token, nowMs);
    return unknown('The bearer token is unknown, expired or revoked');
  }
}

function bearerOf(header: string | undefined): string | undefined {
  return /^Bearer +(\S+)$/i.exec(header ?? '')?.[1];
}

function unknown(message: string): IdaemonError {
  return new IdaemonError('authentication-required', message);
}

function tooMany(address: string, waitMs: number): IdaemonError {
  return new IdaemonError('too-many-attempts', `Too many wrong tokens came from ${address}`, {
    retryAfterMs: waitMs,
  });
}

function notAllowed({ name, role }: Principal, { method, url }: AuthenticatedRequest, needed: string) {
  const path = url.split('?')[0];
  return new NotAuthorizedError(
    `The token ${name} has the role ${role}, and ${method} ${path} needs the role ${needed}`,
    {
      action: `Use a token with the role ${needed}, or ask an administrator for one.`,
    },
  );
}
