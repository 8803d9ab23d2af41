import { randomUUID } from 'node:crypto';
import { chmod, mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Inject, Injectable, type OnModuleInit } from '@nestjs/common';
import { ConfigurationError } from '@idaemon/contracts';
import { Database } from '@idaemon/persistence';
import { ENVIRONMENT, LOG, Redaction, type Log, type RuntimeEnvironment } from '@idaemon/service-runtime';
import type { DaemonEnvironment } from '../daemon-environment.js';
import type { Principal } from './role.js';
import { hashOf, newTokenValue } from './token-value.js';
import { TokenRepository, type NewToken } from './token.repository.js';

export const firstAdministrator = 'administrator';

/** Sees to it that there is somebody who may do everything: the token of `IDAEMON_TOKEN`, else one made once. */
@Injectable()
export class FirstAdministrator implements OnModuleInit {
  constructor(
    @Inject(Database) private readonly database: Database,
    @Inject(TokenRepository) private readonly tokens: TokenRepository,
    @Inject(ENVIRONMENT) private readonly environment: DaemonEnvironment & RuntimeEnvironment,
    @Inject(LOG) private readonly log: Log,
    @Inject(Redaction) private readonly redaction: Redaction,
  ) {}

  async onModuleInit(): Promise<void> {
    const { IDAEMON_TOKEN: given } = this.environment;
    await (given ? this.#take(given) : this.#makeOnce());
  }

  /** Another value than at the last start replaces it. */
  async #take(value: string): Promise<void> {
    this.redaction.hide([value]);
    const holder = await this.tokens.findByHash(hashOf(value));
    if (holder && holder.name !== firstAdministrator) return refuseLower(holder);
    await this.database.transaction((sql) => this.tokens.replace(sql, administrator(value)));
  }

  /** The file is written before the commit: a token that nobody could read would lock everybody out. */
  async #makeOnce(): Promise<void> {
    const value = newTokenValue();
    this.redaction.hide([value]);
    const file = join(this.environment.IDAEMON_HOME, 'token');
    const isNew = await this.database.transaction(async (sql) => {
      await sql.rows(`select pg_advisory_xact_lock(hashtextextended('tokens', 0))`);
      if (!(await this.tokens.isEmpty(sql))) return false;
      await writePrivately(file, value);
      await this.tokens.insert(sql, administrator(value));
      return true;
    });
    if (isNew) this.#tell(value, file);
  }

  /** On a terminal only: what goes into a log file or a log collector is read by others. */
  #tell(value: string, file: string): void {
    this.log.info(
      { file },
      "The first administrator's token was made; the file holds it, readable by its owner only",
    );
    if (process.stdout.isTTY)
      process.stdout.write(`\nToken of the first administrator (shown once): ${value}\n\n`);
  }
}

function administrator(value: string): NewToken {
  return {
    id: randomUUID(),
    name: firstAdministrator,
    role: 'administrator',
    hash: hashOf(value),
    createdBy: 'idaemon',
  };
}

/** A token that was made over REST and is now given as the administrator's: right if it is one of an administrator. */
function refuseLower({ name, role }: Principal): void {
  if (role === 'administrator') return;
  throw new ConfigurationError(`IDAEMON_TOKEN holds the token ${name}, which has the role ${role}`, {
    action: 'Set IDAEMON_TOKEN to a value of its own.',
  });
}

async function writePrivately(file: string, value: string): Promise<void> {
  try {
    await mkdir(join(file, '..'), { recursive: true, mode: 0o700 });
    await writeFile(file, `${value}\n`, { mode: 0o600 });
    // An older file keeps its mode when it is written again.
    await chmod(file, 0o600);
  } catch (error) {
    throw new ConfigurationError(`The first administrator's token cannot be written to ${file}`, {
      cause: error,
      action: 'Make the folder writable, name another with IDAEMON_HOME, or set IDAEMON_TOKEN.',
    });
  }
}
