import { EXIT_CODES, type ExitCode } from './exit-codes.js';

/** A failure that a person can do something about: `message` says what happened, `remedy` what to do next. */
export class MusterctlError extends Error {
  override readonly name = 'MusterctlError';
  constructor(
    readonly exitCode: ExitCode,
    message: string,
    readonly remedy: string,
  ) {
    super(message);
  }
}

export function usageError(message: string, remedy: string): MusterctlError {
  return new MusterctlError(EXIT_CODES.usage, message, remedy);
}
