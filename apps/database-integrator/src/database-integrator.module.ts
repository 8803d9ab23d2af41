import { Module } from '@nestjs/common';
import { postgresql } from '@idaemon/connector-postgresql';
import { databaseIntegrator } from '@idaemon/integration-services';
import { IntegrationServiceModule } from '@idaemon/service-runtime';

@Module({
  imports: [IntegrationServiceModule.forRoot({ service: databaseIntegrator, connectors: [postgresql] })],
})
export class DatabaseIntegratorModule {}
