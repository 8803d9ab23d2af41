import { Module } from '@nestjs/common';
import { openLineageCataloguer } from '@idaemon/connector-open-lineage-cataloguer';
import { lineageIntegrator } from '@idaemon/integration-services';
import { LineageIntakeModule } from '@idaemon/lineage-intake';
import { IntegrationServiceModule } from '@idaemon/service-runtime';

@Module({
  imports: [
    IntegrationServiceModule.forRoot({
      service: lineageIntegrator,
      connectors: [openLineageCataloguer],
      modules: [LineageIntakeModule],
    }),
  ],
})
export class LineageIntegratorModule {}
