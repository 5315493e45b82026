import {
  ROOT_CONTEXT,
  TraceFlags,
  context,
  isSpanContextValid,
  trace,
  type Context,
  type SpanContext,
} from '@opentelemetry/api';
import { TraceState, parseTraceParent } from '@opentelemetry/core';

/** Headers as HTTP or Kafka hand them out: text, bytes, or several values of one name. */
export type TraceHeaders = Readonly<Record<string, string | Buffer | (string | Buffer)[] | undefined>>;

/** W3C Trace Context, section 3.3.1.1: vendors should propagate at least 512 characters; we carry no more. */
const traceStateCharactersMax = 512;
/** Version 00 has 55 characters; a later version may add fields, of which none is carried on. */
const traceParentCharactersMax = 256;

/**
 * Reads `traceparent` and `tracestate`. Never throws: a missing or broken header gives the root context, which starts a
 * new trace. At a listener that strangers reach, use the result as a link and not as a parent, or they decide what is
 * sampled.
 */
export function extractTraceContext(headers: TraceHeaders): Context {
  const traceparent = firstText(headers['traceparent']);
  if (traceparent === undefined) return ROOT_CONTEXT;
  return contextFromTraceparent(traceparent, firstText(headers['tracestate']));
}

/** The context that a `traceparent` text names: the way back from an outbox row. Broken text gives the root context. */
export function contextFromTraceparent(traceparent: string | null | undefined, tracestate?: string): Context {
  if (!traceparent || traceparent.length > traceParentCharactersMax) return ROOT_CONTEXT;
  const spanContext = parseTraceParent(traceparent);
  if (spanContext === null) return ROOT_CONTEXT;
  spanContext.isRemote = true;
  if (tracestate && tracestate.length <= traceStateCharactersMax)
    spanContext.traceState = new TraceState(tracestate);
  return trace.setSpanContext(ROOT_CONTEXT, spanContext);
}

/** Writes `traceparent` (and `tracestate`, when there is one) of a context, by default the active one, and returns the headers. */
export function injectTraceContext<Headers extends Record<string, unknown>>(
  headers: Headers,
  from: Context = context.active(),
): Headers {
  const spanContext = validSpanContext(from);
  if (spanContext === undefined) return headers;
  const target: Record<string, unknown> = headers;
  target['traceparent'] = formatTraceparent(spanContext);
  const tracestate = spanContext.traceState?.serialize();
  if (tracestate) target['tracestate'] = tracestate;
  return headers;
}

/** The active context as W3C text, to be stored with a row or sent as a header; undefined outside every trace. */
export function currentTraceparent(from: Context = context.active()): string | undefined {
  const spanContext = validSpanContext(from);
  return spanContext === undefined ? undefined : formatTraceparent(spanContext);
}

/** The ids of the active trace, for log lines; undefined outside every trace. */
export function currentTraceIds(): { readonly traceId: string; readonly spanId: string } | undefined {
  return validSpanContext(context.active());
}

/** True when the trace that this context belongs to is being recorded. */
export function isSampled(of: Context = context.active()): boolean {
  const spanContext = trace.getSpanContext(of);
  return spanContext !== undefined && (spanContext.traceFlags & TraceFlags.SAMPLED) !== 0;
}

function validSpanContext(from: Context): SpanContext | undefined {
  const spanContext = trace.getSpanContext(from);
  return spanContext !== undefined && isSpanContextValid(spanContext) ? spanContext : undefined;
}

function formatTraceparent(spanContext: SpanContext): string {
  const flags = (spanContext.traceFlags & 0xff).toString(16).padStart(2, '0');
  return `00-${spanContext.traceId}-${spanContext.spanId}-${flags}`;
}

function firstText(value: string | Buffer | (string | Buffer)[] | undefined): string | undefined {
  const first = Array.isArray(value) ? value[0] : value;
  return first === undefined ? undefined : first.toString();
}
