import { STATUS_CODES } from 'node:http';
import { causeOfScimError, type CauseKey } from '@muster/contracts';
import { DatabaseError } from '@muster/persistence';
import { ScimError } from '@muster/scim';
import { ProblemError, type Problem } from '@muster/service';

/** RFC 9457 with two members of our own, by which the gateway answers its client in the words of the catalogue. */
export interface InternalProblem extends Problem {
  readonly cause?: CauseKey;
  readonly scimType?: string;
}

const RETRY_AFTER_SECONDS = 1;

/** What an error of the internal API is answered with. What nobody foresaw is 500 and says nothing of itself. */
export function problemOf(error: unknown): InternalProblem {
  if (error instanceof ScimError) {
    return {
      ...blank(error.status),
      detail: error.detail,
      cause: causeOfScimError(error),
      ...(error.scimType === undefined ? {} : { scimType: error.scimType }),
    };
  }
  if (error instanceof ProblemError) return error.problem;
  if (error instanceof DatabaseError && error.retryable) {
    const cause = error.kind === 'connection' ? 'directory_unavailable' : 'overloaded';
    return { ...blank(503), cause, retryAfterSeconds: RETRY_AFTER_SECONDS };
  }
  const status: unknown = error instanceof Error ? Reflect.get(error, 'statusCode') : undefined;
  // Fastify's own: a body that is too large or no JSON.
  if (typeof status === 'number' && status >= 400 && status < 500) return blank(status);
  return blank(500);
}

export function blank(status: number): Problem {
  return { type: 'about:blank', title: STATUS_CODES[status] ?? 'Error', status };
}
