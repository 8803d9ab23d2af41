/** Egeria's answers: what every one has, and how a failure is told. */
import { errorCodes, toWireError, type ErrorCode } from '@idaemon/contracts';
import { z } from 'zod';
import { EgeriaError } from './egeria-error.js';
import { messages, type FailureKind } from './messages.js';

/** The exceptions of the services that configure, and of those that run. */
export type Family = 'admin' | 'runtime';

export const Envelope = z
  .looseObject({
    class: z.string().describe('The class of the answer.'),
    relatedHTTPCode: z
      .number()
      .int()
      .describe('What happened: Egeria answers with the HTTP status 200 whatever it is.'),
    actionDescription: z.string().optional(),
    exceptionClassName: z.string().optional(),
    exceptionErrorMessage: z.string().optional(),
    exceptionErrorMessageId: z.string().optional(),
    exceptionErrorMessageParameters: z.array(z.string()).optional(),
    exceptionSystemAction: z.string().optional(),
    exceptionUserAction: z.string().optional(),
    exceptionProperties: z.record(z.string(), z.string()).optional(),
  })
  .describe("Egeria's answer; the members of its class stand beside these.");
export type Envelope = z.output<typeof Envelope>;

const exceptions: Record<Family, Record<FailureKind, string>> = {
  runtime: {
    parameter: 'org.odpi.openmetadata.frameworks.connectors.ffdc.InvalidParameterException',
    user: 'org.odpi.openmetadata.frameworks.connectors.ffdc.UserNotAuthorizedException',
    server: 'org.odpi.openmetadata.frameworks.connectors.ffdc.PropertyServerException',
  },
  admin: {
    parameter: 'org.odpi.openmetadata.adminservices.ffdc.exception.OMAGInvalidParameterException',
    user: 'org.odpi.openmetadata.adminservices.ffdc.exception.OMAGNotAuthorizedException',
    server: 'org.odpi.openmetadata.adminservices.ffdc.exception.OMAGConfigurationErrorException',
  },
};

const isRefused = 'The request was refused and has changed nothing.';
const isBroken = 'The request could not be done, or not to its end; it can be repeated.';

interface Asked {
  answerClass: string;
  /** Of the operation, as Egeria calls it. */
  action: string;
  family: Family;
}

export function failureOf(thrown: unknown, { answerClass, action, family }: Asked): Envelope {
  const { id, httpCode, kind, text, parameters, next, parameterName } = factsOf(thrown);
  return {
    class: answerClass,
    relatedHTTPCode: httpCode,
    exceptionClassName: exceptions[family][kind],
    actionDescription: action,
    exceptionErrorMessage: `${id} ${text}`,
    exceptionErrorMessageId: id,
    exceptionErrorMessageParameters: [...parameters],
    exceptionSystemAction: httpCode === 500 || httpCode === 503 ? isBroken : isRefused,
    exceptionUserAction: next,
    ...(parameterName ? { exceptionProperties: { parameterName } } : {}),
  };
}

interface Facts {
  id: string;
  httpCode: number;
  kind: FailureKind;
  text: string;
  parameters: readonly string[];
  next: string;
  parameterName?: string;
}

function factsOf(thrown: unknown): Facts {
  if (thrown instanceof EgeriaError) {
    const { id, message, parameters, action, parameterName } = thrown;
    const { httpCode, kind } = messages[id];
    return { id, httpCode, kind, text: message, parameters, next: action, parameterName };
  }
  const { code, message, action, errors = [] } = toWireError(thrown);
  const { status } = errorCodes[code];
  const id = `IDAEMON-${status}-${code.toUpperCase()}`;
  const others = errors.slice(1).map((error) => `${error.path} ${error.message}`);
  const text = [message, ...others].join('; ');
  const [first] = errors;
  return {
    id,
    httpCode: status,
    kind: kindOf(code),
    text,
    parameters: [],
    next: action,
    parameterName: first?.path,
  };
}

function kindOf(code: ErrorCode): FailureKind {
  if (code === 'not-authorized' || code === 'authentication-required') return 'user';
  return ['request-invalid', 'configuration-invalid', 'not-found'].includes(code) ? 'parameter' : 'server';
}

/** As Jackson writes dates. */
export function dateOf(iso: string): string {
  return new Date(iso).toISOString().replace('Z', '+00:00');
}
