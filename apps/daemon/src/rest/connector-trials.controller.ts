import { Controller, Inject } from '@nestjs/common';
import { ConfigurationDocument, ConnectorConfiguration } from '@idaemon/contracts';
import { Handles } from './handles.decorator.js';
import { operation, type InputOf } from './operation.js';
import { ConnectionTest, Validation } from './resources.js';
import { ConnectorTrials } from '../configuration/connector-trials.js';

const tag = 'connectors';

const validateConnector = operation({
  id: 'validateConnector',
  method: 'POST',
  path: '/api/connectors/validate',
  tag,
  summary: 'Check a document without saving it: every mistake with its field',
  document: ConfigurationDocument,
  answer: Validation,
});

const testConnector = operation({
  id: 'testConnector',
  method: 'POST',
  path: '/api/connectors/test',
  tag,
  access: 'administrator',
  summary: 'Try the connection of a document without saving it',
  description: 'An instance of the service connects and disconnects; error is null when that went well.',
  document: ConnectorConfiguration,
  answer: ConnectionTest,
  problems: ['configuration-invalid'],
});

@Controller()
export class ConnectorTrialsController {
  constructor(@Inject(ConnectorTrials) private readonly trials: ConnectorTrials) {}

  @Handles(validateConnector)
  async validate({ document }: InputOf<typeof validateConnector>) {
    return this.trials.validate(document);
  }

  @Handles(testConnector)
  async test({ document }: InputOf<typeof testConnector>) {
    return this.trials.test(document);
  }
}
