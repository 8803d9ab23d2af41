import { Module } from '@nestjs/common';
import { openLineageCataloguer } from '@idaemon/connector-open-lineage-cataloguer';
import { openLineageFile } from '@idaemon/connector-open-lineage-file';
import { openLineageHttp } from '@idaemon/connector-open-lineage-http';
import { openLineageTopic, openLineageTopicSource } from '@idaemon/connector-open-lineage-topic';
import { openMetadataLineagePublisher } from '@idaemon/connector-open-metadata-lineage-publisher';
import { lineageIntegrator } from '@idaemon/integration-services';
import { LineageIntakeModule } from '@idaemon/lineage-intake';
import { IntegrationServiceModule } from '@idaemon/service-runtime';

@Module({
  imports: [
    IntegrationServiceModule.forRoot({
      service: lineageIntegrator,
      connectors: [
        openLineageCataloguer,
        openLineageFile,
        openLineageHttp,
        openLineageTopic,
        openLineageTopicSource,
        openMetadataLineagePublisher,
      ],
      modules: [LineageIntakeModule],
    }),
  ],
})
export class LineageIntegratorModule {}
