import { Module } from '@nestjs/common';
import { DispatchModule } from './dispatch/dispatch.module.js';
import { LineageDatabaseModule } from './lineage-database.module.js';
import { lineageEnvironment } from './lineage-environment.js';
import { ReadingModule } from './reading/reading.module.js';
import { ReceivingModule } from './receive/receiving.module.js';

/** Receives OpenLineage events, keeps them, and hands them on: what the Lineage integrator has beside its connectors. */
@Module({
  imports: [LineageDatabaseModule, ReceivingModule, DispatchModule, ReadingModule],
  exports: [DispatchModule],
})
export class LineageIntakeModule {
  static readonly environment = lineageEnvironment;
}
