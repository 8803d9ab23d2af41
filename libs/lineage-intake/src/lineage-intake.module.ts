import { Module } from '@nestjs/common';
import { LineageDatabaseModule } from './lineage-database.module.js';
import { lineageEnvironment } from './lineage-environment.js';

/** Receives OpenLineage events, keeps them, and hands them on: what the Lineage integrator has beside its connectors. */
@Module({ imports: [LineageDatabaseModule] })
export class LineageIntakeModule {
  static readonly environment = lineageEnvironment;
}
