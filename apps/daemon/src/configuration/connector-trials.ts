import { Inject, Injectable } from '@nestjs/common';
import {
  IdaemonError,
  serviceMessages,
  type ConnectorConfiguration,
  type FieldError,
  type WireError,
} from '@idaemon/contracts';
import { Messaging, NoAnswerError } from '@idaemon/messaging';
import { ConnectorChecks } from './connector-checks.js';
import { checkGatewayDocument, isObject } from './document-checks.js';

const validateDeadlineMs = 3_000;

/** Tries documents without saving them. */
@Injectable()
export class ConnectorTrials {
  constructor(
    @Inject(ConnectorChecks) private readonly checks: ConnectorChecks,
    @Inject(Messaging) private readonly messaging: Messaging,
  ) {}

  /** What is wrong with the document; what its service can tell beyond the schema, too, if one answers. */
  async validate(sent: unknown): Promise<{ errors: FieldError[]; warnings: string[] }> {
    if (isObject(sent) && sent.kind === 'gateway') {
      return { errors: checkGatewayDocument(sent).errors, warnings: [] };
    }
    const { document, errors, warnings } = await this.checks.check(sent);
    if (!document || errors.length || warnings.length) return { errors, warnings };
    return this.#validateAtService(document);
  }

  async test(sent: unknown): Promise<{ error: WireError | null; durationMs: number }> {
    const configuration = await this.checks.valid(sent);
    const { service } = configuration;
    try {
      return await this.messaging.request(serviceMessages.test, { service }, { configuration });
    } catch (error) {
      if (error instanceof NoAnswerError && error.reason === 'no-responders') throw notHosted(service, error);
      throw error;
    }
  }

  async #validateAtService(
    configuration: ConnectorConfiguration,
  ): Promise<{ errors: FieldError[]; warnings: string[] }> {
    const { service } = configuration;
    try {
      const options = { deadlineMs: validateDeadlineMs };
      const { errors } = await this.messaging.request(
        serviceMessages.validate,
        { service },
        { configuration },
        options,
      );
      return { errors, warnings: [] };
    } catch (error) {
      if (!(error instanceof IdaemonError)) throw error;
      const warning = `No instance of ${service} answers: config was checked by the schema that was last known.`;
      return { errors: [], warnings: [warning] };
    }
  }
}

/** Nothing of a trial is kept, so nothing tries it again: a person must start the service first. */
function notHosted(service: string, cause: NoAnswerError): IdaemonError {
  const message = `No instance of ${service} is running, so that none can try the connection`;
  return new IdaemonError('system-unavailable', message, {
    cause,
    action: `Start ${service}, or look into its log why it does not reach NATS; then test again.`,
  });
}
