import { Module } from '@nestjs/common';
import { folder } from '@idaemon/connector-folder';
import { filesIntegrator } from '@idaemon/integration-services';
import { IntegrationServiceModule } from '@idaemon/service-runtime';

@Module({
  imports: [IntegrationServiceModule.forRoot({ service: filesIntegrator, connectors: [folder] })],
})
export class FilesIntegratorModule {}
