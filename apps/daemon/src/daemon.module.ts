import { Module } from '@nestjs/common';
import { defaultPorts } from '@idaemon/contracts';
import type { AppDescription } from '@idaemon/service-runtime';
import { daemonEnvironment } from './daemon-environment.js';
import { DatabaseModule } from './database.module.js';
import { egeriaEnvironment } from './egeria/egeria-settings.js';
import { FrontDoorModule } from './lineage/front-door.module.js';
import { ownershipEnvironment } from './ownership/ownership-settings.js';
import { OwnershipModule } from './ownership/ownership.module.js';
import { RestModule } from './rest/rest.module.js';
import { retentionEnvironment } from './runs/retention.js';
import { SendersModule } from './senders/senders.module.js';

@Module({ imports: [DatabaseModule, OwnershipModule, SendersModule, FrontDoorModule, RestModule] })
export class DaemonModule {}

export const daemonApp: AppDescription = {
  name: 'daemon',
  port: defaultPorts.daemon,
  environment: daemonEnvironment.extend({
    ...ownershipEnvironment.shape,
    ...retentionEnvironment.shape,
    ...egeriaEnvironment.shape,
  }),
  http: { bodyLimitBytes: 1024 * 1024 },
};
