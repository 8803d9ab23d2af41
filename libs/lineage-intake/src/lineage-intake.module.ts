import { Module } from '@nestjs/common';
import { LineageDatabaseModule } from './lineage-database.module.js';
import { lineageEnvironment } from './lineage-environment.js';
import { ReceivingModule } from './receive/receiving.module.js';

/** Receives OpenLineage events, keeps them, and hands them on: what the Lineage integrator has beside its connectors. */
@Module({ imports: [LineageDatabaseModule, ReceivingModule] })
export class LineageIntakeModule {
  static readonly environment = lineageEnvironment;
}
