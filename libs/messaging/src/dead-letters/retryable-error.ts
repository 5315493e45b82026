/** Thrown by whoever knows that the same work may succeed later: a server that is away, a lock that was not free. */
export class RetryableError extends Error {
  override readonly name: string = 'RetryableError';
}

export function isRetryableError(error: unknown): boolean {
  return error instanceof RetryableError;
}
