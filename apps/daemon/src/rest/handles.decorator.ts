import {
  createParamDecorator,
  RequestMapping,
  RequestMethod,
  Res,
  SetMetadata,
  type ExecutionContext,
} from '@nestjs/common';
import type { FastifyReply } from 'fastify';
import type { AuthenticatedRequest } from '../access/authenticated-request.js';
import { Answered } from './answered.js';
import { inputOf } from './input.js';
import type { AnswerOf, InputOf, Operation } from './operation.js';

const operationKey = 'idaemon:operation';

/** The operation that a controller's method handles; undefined for routes that are not of the REST interface. */
export function operationOf(handler: object): Operation | undefined {
  return Reflect.getMetadata(operationKey, handler) as Operation | undefined;
}

type Handler<O extends Operation> = (input: InputOf<O>) => Promise<AnswerOf<O>>;

/** Makes a controller's method the handler of an operation: its route, its checked input, its answer. */
export function Handles<O extends Operation>(operation: O) {
  return <Method extends Handler<O>>(
    target: object,
    key: string,
    descriptor: TypedPropertyDescriptor<Method>,
  ): void => {
    const handle = descriptor.value;
    if (!handle) return;
    const answering = async function (this: object, input: InputOf<O>, reply: FastifyReply): Promise<void> {
      send(reply, operation, await handle.call(this, input));
    };
    const bound: PropertyDescriptor = descriptor;
    bound.value = answering;
    SetMetadata(operationKey, operation)(target, key, bound);
    RequestMapping({
      path: operation.path.replace(/\{(\w+)\}/g, ':$1'),
      method: RequestMethod[operation.method],
    })(target, key, bound);
    CheckedInput(operation)(target, key, 0);
    // Injecting the reply leaves the sending to us: Nest knows one status per method.
    Res()(target, key, 1);
  };
}

const CheckedInput = createParamDecorator((operation: Operation, context: ExecutionContext) =>
  inputOf(operation, context.switchToHttp().getRequest<AuthenticatedRequest>()),
);

function send(reply: FastifyReply, operation: Operation, answer: unknown): void {
  const answered: Answered<unknown> = answer instanceof Answered ? answer : new Answered<unknown>(answer);
  const { status, headers } = answered.options;
  void reply
    .status(status ?? operation.status)
    .headers(headers ?? {})
    .send(answered.body);
}
