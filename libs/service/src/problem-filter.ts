import { isNativeError } from 'node:util/types';
import { Catch, HttpException, type ArgumentsHost, type ExceptionFilter } from '@nestjs/common';
import type { FastifyReply } from 'fastify';
import { STATUS_CODES } from 'node:http';
import type { Logger } from './create-logger.js';

/** RFC 9457 s3: a problem as the internal and the admin API answer it. */
export interface Problem {
  /** A URI that names the kind of problem; `about:blank` when the status says it all. */
  readonly type: string;
  readonly title: string;
  readonly status: number;
  readonly detail?: string;
  /** Seconds, sent as `Retry-After`. */
  readonly retryAfterSeconds?: number;
  readonly errors?: readonly FieldProblem[];
}

/** One field that was not accepted; `pointer` is a JSON Pointer (RFC 6901) into the request's body. */
export interface FieldProblem {
  readonly pointer: string;
  readonly detail: string;
}

/** A failure that an application layer raises on purpose, with everything the answer needs. */
export class ProblemError extends Error {
  override readonly name = 'ProblemError';

  constructor(readonly problem: Problem) {
    super(problem.title);
  }
}

const retryAfterSecondsDefault = 2;

/**
 * Answers every error as `application/problem+json`. An error that nobody foresaw is logged and answered with 500 and no
 * word of its own; one that says it may be retried is answered with 503. A service that knows more overrides
 * {@link ProblemFilter.problemOf}.
 */
@Catch()
export class ProblemFilter implements ExceptionFilter {
  constructor(private readonly logger: Logger) {}

  catch(exception: unknown, host: ArgumentsHost): void {
    const problem = this.problemOf(exception);
    if (problem.status >= 500)
      this.logger.error({ err: exception, status: problem.status }, 'request failed');
    const { retryAfterSeconds, ...body } = problem;
    const reply = host.switchToHttp().getResponse<FastifyReply>();
    if (retryAfterSeconds !== undefined) reply.header('retry-after', String(retryAfterSeconds));
    if (problem.status === 401) reply.header('www-authenticate', 'Bearer');
    void reply.status(problem.status).type('application/problem+json').send(JSON.stringify(body));
  }

  protected problemOf(exception: unknown): Problem {
    if (exception instanceof ProblemError) return exception.problem;
    if (exception instanceof HttpException) return problemOfHttp(exception);
    const status = statusOf(exception);
    if (status !== undefined && status < 500) return blank(status);
    if (isNativeError(exception) && Reflect.get(exception, 'retryable') === true) {
      return { ...blank(503), detail: 'Try again shortly.', retryAfterSeconds: retryAfterSecondsDefault };
    }
    return blank(500);
  }
}

/** Errors of Fastify itself (a body too large, JSON that does not parse) carry their status. */
function statusOf(exception: unknown): number | undefined {
  if (!isNativeError(exception)) return undefined;
  const status: unknown = Reflect.get(exception, 'statusCode');
  return typeof status === 'number' && status >= 400 && status < 600 ? status : undefined;
}

function problemOfHttp(exception: HttpException): Problem {
  const response = exception.getResponse();
  if (typeof response === 'object' && 'errors' in response && Array.isArray(response.errors)) {
    return { ...blank(exception.getStatus()), errors: response.errors as FieldProblem[] };
  }
  const problem = blank(exception.getStatus());
  return exception.message === problem.title ? problem : { ...problem, detail: exception.message };
}

function blank(status: number): Problem {
  return { type: 'about:blank', title: STATUS_CODES[status] ?? 'Error', status };
}
