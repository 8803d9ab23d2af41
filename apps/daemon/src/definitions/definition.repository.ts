import { Inject, Injectable } from '@nestjs/common';
import type { HostedDefinition, ServiceName } from '@idaemon/contracts';
import { Database } from '@idaemon/persistence';

/** A definition by which documents are checked. */
export interface KnownDefinition {
  /** Of its whole content: equal definitions have equal hashes. */
  hash: string;
  definition: HostedDefinition;
  /** An instance that is registered now hosts it. */
  isHosted: boolean;
}

/** What a service can run, as its instances have said. */
@Injectable()
export class DefinitionRepository {
  constructor(@Inject(Database) private readonly database: Database) {}

  /** The newest of each name: hosted ones before those whose last instance has gone. */
  async ofService(service: ServiceName): Promise<KnownDefinition[]> {
    return this.database.rows<KnownDefinition>(
      `select distinct on (d.name) d.hash, d.document as definition, i.hash is not null as "isHosted"
         from definition d left join (select distinct hash from instance_definition) i on i.hash = d.hash
        where d.service = $1
        order by d.name, "isHosted" desc, d.last_seen_at desc, d.hash`,
      [service],
    );
  }

  async isRegistered(service: ServiceName): Promise<boolean> {
    const row = await this.database.row(
      'select 1 from instance where service = $1 and is_registered limit 1',
      [service],
    );
    return row !== undefined;
  }
}
