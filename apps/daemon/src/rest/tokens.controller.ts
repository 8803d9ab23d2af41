import { Controller, Inject } from '@nestjs/common';
import { listOf } from '@idaemon/contracts';
import { z } from 'zod';
import { TokenRepository } from '../access/token.repository.js';
import { Tokens } from '../access/tokens.js';
import { Handles } from './handles.decorator.js';
import { operation, type InputOf } from './operation.js';
import { NewTokenResource, Page, TokenRequest, TokenResource } from './resources.js';

const tag = 'tokens';

const listTokens = operation({
  id: 'listTokens',
  method: 'GET',
  path: '/api/tokens',
  tag,
  access: 'administrator',
  summary: 'List tokens, without their values',
  query: Page,
  answer: listOf(TokenResource),
});

const createToken = operation({
  id: 'createToken',
  method: 'POST',
  path: '/api/tokens',
  tag,
  access: 'administrator',
  summary: 'Make a token; its value is answered once and kept by nobody',
  body: TokenRequest,
  status: 201,
  answer: NewTokenResource,
  problems: ['conflict'],
});

const revokeToken = operation({
  id: 'revokeToken',
  method: 'DELETE',
  path: '/api/tokens/{id}',
  tag,
  access: 'administrator',
  summary: 'Revoke a token at once',
  params: z.strictObject({ id: z.uuid() }),
  status: 204,
  answer: z.void(),
  problems: ['not-found', 'conflict'],
});

@Controller()
export class TokensController {
  constructor(
    @Inject(Tokens) private readonly tokens: Tokens,
    @Inject(TokenRepository) private readonly stored: TokenRepository,
  ) {}

  @Handles(listTokens)
  async list({ query }: InputOf<typeof listTokens>) {
    return this.stored.list(query);
  }

  @Handles(createToken)
  async create({ body, principal }: InputOf<typeof createToken>) {
    return this.tokens.create(body, principal);
  }

  @Handles(revokeToken)
  async revoke({ params: { id }, principal }: InputOf<typeof revokeToken>) {
    await this.tokens.revoke(id, principal);
  }
}
