import { exitCodes, explainError } from './exit-codes.js';
import { createProgram } from './program.js';

/** Runs one command line; answers the exit code. */
export async function run(argv: string[]): Promise<number> {
  let code: number = exitCodes.ok;
  const program = createProgram({
    environment: process.env,
    folder: process.cwd(),
    print: (line) => process.stdout.write(`${line}\n`),
    printError: (text) => process.stderr.write(text),
    exitWith: (exitCode) => (code = exitCode),
  });
  try {
    await program.parseAsync(argv);
    return code;
  } catch (error) {
    return explainError(error, (line) => process.stderr.write(`${line}\n`));
  }
}
