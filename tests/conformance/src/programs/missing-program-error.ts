/** What a suite needs is not on this machine and cannot be fetched. */
export class MissingProgramError extends Error {
  override readonly name = 'MissingProgramError';

  constructor(what: string, cause: unknown) {
    super(
      `needs ${what}: ${cause instanceof Error ? (cause.message.split('\n', 1)[0] ?? '') : String(cause)}`,
      { cause },
    );
  }
}
