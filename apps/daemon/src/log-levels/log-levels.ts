import { Inject, Injectable } from '@nestjs/common';
import { instanceMessages, NotFoundError, type ServiceName } from '@idaemon/contracts';
import { Messaging } from '@idaemon/messaging';
import { Database } from '@idaemon/persistence';
import type { Principal } from '../access/role.js';
import { recordAudit } from '../audit/audit.repository.js';

export type LogLevel = 'trace' | 'debug' | 'info' | 'warn' | 'error';

export interface InstanceLogLevel {
  instance: string;
  service: ServiceName;
  /** Null: as its environment says. */
  level: LogLevel | null;
  changedAt: string | null;
  changedBy: string | null;
}

/** Log levels of running instances; a level that was set goes with its instance. */
@Injectable()
export class LogLevels {
  constructor(
    @Inject(Database) private readonly database: Database,
    @Inject(Messaging) private readonly messaging: Messaging,
  ) {}

  /** Of one instance or one service when a target is given. */
  async list(target?: string): Promise<InstanceLogLevel[]> {
    const rows = await this.database.rows<Omit<InstanceLogLevel, 'changedAt'> & { changedAt: Date | null }>(
      `select i.id as instance, i.service, l.level, l.changed_at as "changedAt", l.changed_by as "changedBy"
         from instance i left join log_level l on l.instance_id = i.id
        where $1::text is null or $1 in (i.id, i.service) order by i.service, i.id`,
      [target ?? null],
    );
    return rows.map((row) => ({ ...row, changedAt: row.changedAt?.toISOString() ?? null }));
  }

  async set(target: string, level: LogLevel, { name: who }: Principal): Promise<InstanceLogLevel[]> {
    const found = await this.list(target);
    if (!found.length) {
      throw new NotFoundError(
        `There is no instance, and no service with an instance, of the name ${target}`,
        {
          action: 'Check the name; GET /api/log-levels lists the instances.',
        },
      );
    }
    await Promise.all(
      found.map(({ instance }) => this.messaging.request(instanceMessages.logLevel, { instance }, { level })),
    );
    await this.#keep(
      found.map(({ instance }) => instance),
      level,
      who,
    );
    return this.list(target);
  }

  async #keep(instances: readonly string[], level: LogLevel, who: string): Promise<void> {
    await this.database.transaction(async (sql) => {
      await sql.rows(
        `insert into log_level (instance_id, level, changed_by)
         select id, $2, $3 from instance where id = any ($1)
         on conflict (instance_id) do update set level = $2, changed_by = $3, changed_at = now()`,
        [instances, level, who],
      );
      for (const name of instances) {
        await recordAudit(sql, { who, action: 'set-log-level', kind: 'instance', name, detail: { level } });
      }
    });
  }
}
