import { randomUUID } from 'node:crypto';
import { Catch, HttpException, type ArgumentsHost, type ExceptionFilter } from '@nestjs/common';
import type { Logger } from '@muster/service';
import type { CounterOf, Metrics } from '@muster/telemetry';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { Refusal } from '../../refusals/refusal.js';
import { nothingHere } from '../admission.js';
import { errorAnswer } from './error-answer.js';
import { allowedMethods } from './routes.js';
import { sendAnswer } from './send-answer.js';

/** Answers what never reached a handler: paths and methods that do not exist, and what the framework itself refuses. */
@Catch()
export class ScimErrorFilter implements ExceptionFilter {
  private readonly refused: CounterOf<'scim_requests_refused_total'>;

  constructor(
    private readonly logger: Logger,
    metrics: Metrics,
  ) {
    this.refused = metrics.counter('scim_requests_refused_total');
  }

  catch(exception: unknown, host: ArgumentsHost): void {
    const http = host.switchToHttp();
    const request = http.getRequest<FastifyRequest>();
    const refusal = this.refusalOf(exception, request.method, request.url);
    this.refused.inc({ reason: refusal.causeKey });
    sendAnswer({ reply: http.getResponse<FastifyReply>(), requestId: randomUUID() }, errorAnswer(refusal));
  }

  private refusalOf(exception: unknown, method: string, url: string): Refusal {
    const status = statusOf(exception);
    if (status === 404) return refusalOfUnrouted(url.split('?', 1)[0]!);
    if (status !== undefined && status < 500)
      return new Refusal('invalid_syntax', { status, detail: 'The request is not understood.' });
    this.logger.error({ err: exception, method }, 'request failed outside its handler');
    return new Refusal('internal_error');
  }
}

function refusalOfUnrouted(path: string): Refusal {
  const methods = allowedMethods(path);
  if (methods !== undefined) return new Refusal('method_not_allowed', { allow: methods.join(', ') });
  return nothingHere();
}

function statusOf(exception: unknown): number | undefined {
  if (exception instanceof HttpException) return exception.getStatus();
  const status: unknown = exception instanceof Error ? Reflect.get(exception, 'statusCode') : undefined;
  return typeof status === 'number' && status >= 400 && status < 600 ? status : undefined;
}
