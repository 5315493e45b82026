import { isNativeError, isPromise } from 'node:util/types';
import {
  INVALID_SPAN_CONTEXT,
  ROOT_CONTEXT,
  SpanKind,
  SpanStatusCode,
  context,
  trace,
  type Attributes,
  type Context,
  type Link,
  type Span,
  type SpanOptions as ApiSpanOptions,
  type Tracer as ApiTracer,
} from '@opentelemetry/api';
import { attributeKeys } from './names.js';
import { isSampled } from './trace-context.js';

/** A context outside every trace: as a parent it starts a new one. */
export const rootContext: Context = ROOT_CONTEXT;

/** More links than this are dropped: a batch span names some of its causes, not a whole initial cycle. */
export const linksMax = 64;

export type SpanKindName = 'internal' | 'server' | 'client' | 'producer' | 'consumer';

export interface SpanOptions {
  /** Default internal. */
  readonly kind?: SpanKindName;
  /** A function is called only when the span is recorded; prefer one wherever values have to be put together. */
  readonly attributes?: Attributes | (() => Attributes);
  /** Default: the active context. {@link rootContext} starts a new trace. */
  readonly parent?: Context;
  /** Causes that are not the parent, at most {@link linksMax}. A new trace with links is recorded when one of its causes is. */
  readonly links?: readonly Context[] | (() => readonly Context[]);
  /** Milliseconds since the epoch; default now. */
  readonly startTime?: number;
}

const apiKinds: Readonly<Record<SpanKindName, SpanKind>> = {
  internal: SpanKind.INTERNAL,
  server: SpanKind.SERVER,
  client: SpanKind.CLIENT,
  producer: SpanKind.PRODUCER,
  consumer: SpanKind.CONSUMER,
};

const unrecordedSpan: Span = trace.wrapSpanContext(INVALID_SPAN_CONTEXT);

/** The tracer of the started SDK; undefined while nothing is exported, which makes every span free. */
let recordingTracer: ApiTracer | undefined;

/** Called by the start-up and shut-down of the SDK alone. */
export function setRecordingTracer(next: ApiTracer | undefined): void {
  recordingTracer = next;
}

/**
 * The way to make spans. When the trace is not sampled, a call costs a comparison: no attributes are built, no span is
 * allocated and the active context stays as it is, so the caller's `traceparent` travels on unchanged.
 */
export const tracer = {
  /**
   * Runs `work` in a span that ends when it returns or its promise settles. A thrown error marks the span with the
   * error's class or code, never with its message, which may quote personal data.
   */
  withSpan<Result>(name: string, options: SpanOptions, work: (span: Span) => Result): Result {
    const parent = options.parent ?? context.active();
    const links = resolveLinks(parent, options);
    if (!mayRecord(parent, links)) {
      return options.parent === undefined
        ? work(unrecordedSpan)
        : context.with(parent, work, undefined, unrecordedSpan);
    }
    const span = newSpan(name, options, parent, links);
    return context.with(trace.setSpan(parent, span), runToEnd<Result>, undefined, span, work);
  },

  /**
   * Starts a span that the caller ends. Its context is for children and for headers; it is not made active.
   */
  startSpan(name: string, options: SpanOptions = {}): { readonly span: Span; readonly context: Context } {
    const parent = options.parent ?? context.active();
    const links = resolveLinks(parent, options);
    if (!mayRecord(parent, links)) return { span: unrecordedSpan, context: parent };
    const span = newSpan(name, options, parent, links);
    return { span, context: trace.setSpan(parent, span) };
  },

  /** Runs `work` with a context made active, as received with a message. */
  withContext<Result>(active: Context, work: () => Result): Result {
    return active === context.active() ? work() : context.with(active, work);
  },

  /** Marks a span as failed with the class or code of what was thrown. */
  fail(span: Span, error: unknown): void {
    if (!span.isRecording()) return;
    span.setStatus({ code: SpanStatusCode.ERROR });
    span.setAttribute(attributeKeys.errorType, errorTypeOf(error));
  },
} as const;

/** The active context. */
export function activeContext(): Context {
  return context.active();
}

function mayRecord(parent: Context, links: readonly Context[]): boolean {
  if (recordingTracer === undefined) return false;
  if (trace.getSpanContext(parent) !== undefined) return isSampled(parent);
  // A new trace: with causes it follows them (nothing to show for unrecorded ones), without causes the sampler decides.
  return links.length === 0 || links.some((link) => isSampled(link));
}

function resolveLinks(parent: Context, options: SpanOptions): readonly Context[] {
  if (recordingTracer === undefined || options.links === undefined) return [];
  if (trace.getSpanContext(parent) !== undefined && !isSampled(parent)) return [];
  return typeof options.links === 'function' ? options.links() : options.links;
}

function newSpan(name: string, options: SpanOptions, parent: Context, links: readonly Context[]): Span {
  if (recordingTracer === undefined) return unrecordedSpan;
  const spanOptions: ApiSpanOptions = { kind: apiKinds[options.kind ?? 'internal'], links: apiLinks(links) };
  if (options.startTime !== undefined) spanOptions.startTime = options.startTime;
  const { attributes } = options;
  if (attributes !== undefined && typeof attributes !== 'function') spanOptions.attributes = attributes;
  const span = recordingTracer.startSpan(name, spanOptions, parent);
  if (typeof attributes === 'function' && span.isRecording()) span.setAttributes(attributes());
  return span;
}

function apiLinks(links: readonly Context[]): Link[] {
  const result: Link[] = [];
  for (const link of links) {
    if (result.length === linksMax) break;
    const linked = trace.getSpanContext(link);
    if (linked !== undefined) result.push({ context: linked });
  }
  return result;
}

function runToEnd<Result>(span: Span, work: (span: Span) => Result): Result {
  let result: Result;
  try {
    result = work(span);
  } catch (error) {
    tracer.fail(span, error);
    span.end();
    throw error;
  }
  if (!isPromise(result)) {
    span.end();
    return result;
  }
  // The same promise type goes back; the span ends one step before its caller continues.
  return result.then(
    (value: unknown) => {
      span.end();
      return value;
    },
    (error: unknown) => {
      tracer.fail(span, error);
      span.end();
      throw error;
    },
  ) as Result;
}

function errorTypeOf(error: unknown): string {
  if (!isNativeError(error)) return 'unknown';
  const code: unknown = Reflect.get(error, 'code');
  return typeof code === 'string' && code !== '' ? code : error.name;
}
