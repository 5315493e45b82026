import type { Context, Span } from '@muster/telemetry';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Credential } from '../../credentials/credential.js';
import type { WriteAttempt } from '../../failures/failure-of.js';

/** One request on its way to its answer. What is not known from the beginning is filled in step by step. */
export interface Exchange {
  readonly request: FastifyRequest;
  readonly reply: FastifyReply;
  /** Given to the client as `X-Request-Id`, and to everyone down the way. */
  readonly requestId: string;
  /** The route's template, such as `/Users/:id`. */
  readonly route: string;
  readonly startedAtMs: number;
  readonly span: Span;
  /** Parent of every span on the way of this request. */
  readonly trace: Context;
  credential: Credential | undefined;
  /** Set for a write as soon as it is known to be one. */
  attempt: WriteAttempt | undefined;
  /** Bytes of the body that are still counted as held in memory. */
  bodyBytes: number;
}

/** What goes back to the client. */
export interface Answer {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  /** Rendered as JSON; text is sent as it is. */
  readonly body?: object | string;
  /** Called when the client went away before it had the whole answer. */
  readonly onUndelivered?: () => void;
}
