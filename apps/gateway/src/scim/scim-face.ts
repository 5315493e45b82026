import { randomUUID } from 'node:crypto';
import type { Logger } from '@muster/service';
import { failpointAsync } from '@muster/service';
import {
  attributeKeys,
  currentTraceparent,
  rootContext,
  spanNames,
  tracer,
  type CounterOf,
  type GaugeOf,
  type HistogramOf,
  type Metrics,
} from '@muster/telemetry';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { v7 as uuidV7 } from 'uuid';
import { failureOf, isPublishedHere } from '../failures/failure-of.js';
import type { FailurePublisher } from '../failures/failure-publisher.js';
import { Gate } from '../limits/gate.js';
import { RequestAbortedError } from '../limits/read-body.js';
import type { Refusal } from '../refusals/refusal.js';
import { errorAnswer, refusalOf } from './http/error-answer.js';
import type { Answer, Exchange } from './http/exchange.js';
import { sendAnswer } from './http/send-answer.js';

const REQUESTS_IN_FLIGHT_MAX = 4_096;

export type Handler = (exchange: Exchange) => Promise<Answer>;

/**
 * The frame around every request: gives it an id and a span, lets a handler answer it, turns whatever the handler throws
 * into a SCIM error, publishes failed writes, and counts.
 */
export class ScimFace {
  private isStopping = false;
  private readonly inFlightGate = new Gate(REQUESTS_IN_FLIGHT_MAX);
  private readonly total: CounterOf<'scim_requests_total'>;
  private readonly seconds: HistogramOf<'scim_request_seconds'>;
  private readonly inFlight: GaugeOf<'scim_requests_in_flight'>;
  private readonly refused: CounterOf<'scim_requests_refused_total'>;

  constructor(
    private readonly failures: FailurePublisher,
    private readonly bodyMemory: Gate,
    private readonly logger: Logger,
    metrics: Metrics,
    private readonly nowMs: () => number,
  ) {
    this.total = metrics.counter('scim_requests_total');
    this.seconds = metrics.histogram('scim_request_seconds');
    this.inFlight = metrics.gauge('scim_requests_in_flight');
    this.refused = metrics.counter('scim_requests_refused_total');
    metrics.onCollect(() => this.inFlight.set(this.inFlightGate.inUse));
  }

  /** From now on every answer asks its client to come back on another connection, that is, to another process. */
  stopKeepingAlive(): void {
    this.isStopping = true;
  }

  /** Answers one request. Never rejects. */
  async answer(request: FastifyRequest, reply: FastifyReply, route: string, handle: Handler): Promise<void> {
    const exchange = this.open(request, reply, route);
    let entered = 0;
    let answer: Answer;
    try {
      this.inFlightGate.enter(1);
      entered = 1;
      answer = await handle(exchange);
      await failpointAsync('gateway.before-answer');
    } catch (error) {
      answer = await this.refuse(exchange, error);
    } finally {
      this.inFlightGate.leave(entered);
      this.bodyMemory.leave(exchange.bodyBytes);
    }
    if (this.isStopping) reply.raw.setHeader('connection', 'close');
    sendAnswer(exchange, answer);
    this.close(exchange, answer.status);
  }

  private open(request: FastifyRequest, reply: FastifyReply, route: string): Exchange {
    const requestId = randomUUID();
    // A stranger's trace context is not taken over: it would let clients decide what is recorded.
    const { span, context } = tracer.startSpan(spanNames.scimRequest(request.method, route), {
      kind: 'server',
      parent: rootContext,
      attributes: () => ({
        [attributeKeys.httpMethod]: request.method,
        [attributeKeys.httpRoute]: route,
        [attributeKeys.requestId]: requestId,
      }),
    });
    return {
      request,
      reply,
      requestId,
      route,
      startedAtMs: this.nowMs(),
      span,
      trace: context,
      credential: undefined,
      attempt: undefined,
      bodyBytes: 0,
    };
  }

  private async refuse(exchange: Exchange, error: unknown): Promise<Answer> {
    const refusal = refusalOf(error);
    if (refusal.causeKey === 'internal_error') {
      this.logger.error(
        { err: error, requestId: exchange.requestId, route: exchange.route },
        'request failed',
      );
    }
    exchange.span.setAttribute(attributeKeys.cause, refusal.causeKey);
    if (refusal.status >= 500) tracer.fail(exchange.span, error);
    if (exchange.credential === undefined) this.refused.inc({ reason: refusal.causeKey });
    if (!(error instanceof RequestAbortedError)) await this.publishFailure(exchange, refusal);
    return errorAnswer(refusal);
  }

  /** Only writes of a known tenant: what strangers send is counted and nothing else. */
  private async publishFailure(exchange: Exchange, refusal: Refusal): Promise<void> {
    const { credential, attempt } = exchange;
    if (credential === undefined || attempt === undefined || !isPublishedHere(refusal)) return;
    await this.failures.publish(
      failureOf(refusal, attempt, {
        // As with what the directory refuses: a command has one entry of the activity, and its failure leads there.
        failureId: attempt.withdrawn ?? uuidV7(),
        tenantId: credential.tenantId,
        requestId: exchange.requestId,
        occurredAt: new Date().toISOString(),
        traceparent: currentTraceparent(exchange.trace),
      }),
    );
  }

  private close(exchange: Exchange, status: number): void {
    const { request, route, span, credential } = exchange;
    this.total.inc({ route, method: request.method, status });
    this.seconds.observe({ route, method: request.method }, (this.nowMs() - exchange.startedAtMs) / 1_000);
    if (span.isRecording()) {
      span.setAttribute(attributeKeys.httpStatus, status);
      if (credential !== undefined) span.setAttribute(attributeKeys.tenantId, credential.tenantId);
    }
    span.end();
  }
}
