import { RequestError } from '@idaemon/contracts';

export class BadQueryError extends RequestError {
  constructor(parameter: string, problem: string) {
    super(`The parameter ${parameter} ${problem}`, { errors: [{ path: parameter, message: problem }] });
  }
}
