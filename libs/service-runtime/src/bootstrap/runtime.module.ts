import type { DynamicModule, Type } from '@nestjs/common';
import { Messaging } from '@idaemon/messaging';
import type { Metrics } from '@idaemon/metrics';
import type { RuntimeEnvironment } from './environment.js';
import type { Log } from './log.js';
import { ProcessEnd } from './process-end.js';
import { Readiness } from './readiness.js';
import { Redaction } from './redaction.js';
import { ENVIRONMENT, LOG, METRICS, SHUTDOWN } from './tokens.js';

/** What every app is given, made before its first module. */
export interface Runtime {
  environment: RuntimeEnvironment & Record<string, unknown>;
  log: Log;
  metrics: Metrics;
  messaging: Messaging;
  readiness: Readiness;
  redaction: Redaction;
  end: ProcessEnd;
}

/** Makes the runtime injectable everywhere, around the app's own module. */
export class RuntimeModule {
  static around(AppModule: Type, runtime: Runtime): DynamicModule {
    const providers = [
      { provide: ENVIRONMENT, useValue: runtime.environment },
      { provide: LOG, useValue: runtime.log },
      { provide: METRICS, useValue: runtime.metrics },
      { provide: SHUTDOWN, useValue: runtime.end.signal },
      { provide: Messaging, useValue: runtime.messaging },
      { provide: Readiness, useValue: runtime.readiness },
      { provide: Redaction, useValue: runtime.redaction },
      { provide: ProcessEnd, useValue: runtime.end },
    ];
    const exports = providers.map(({ provide }) => provide);
    return { module: RuntimeModule, global: true, imports: [AppModule], providers, exports };
  }
}
