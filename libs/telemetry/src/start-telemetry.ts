import { DiagLogLevel, context, diag, propagation, trace, type Link } from '@opentelemetry/api';
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks';
import { W3CTraceContextPropagator } from '@opentelemetry/core';
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-http';
import { resourceFromAttributes } from '@opentelemetry/resources';
import {
  BatchSpanProcessor,
  ParentBasedSampler,
  SamplingDecision,
  TraceIdRatioBasedSampler,
  TracerProvider,
  type Sampler,
  type SamplingResult,
} from '@opentelemetry/sdk-trace';
import { setRecordingTracer } from './tracer.js';

export interface TelemetryOptions {
  readonly service: string;
  readonly version: string;
  readonly instanceId: string;
  /** OTLP/HTTP endpoint without a path, e.g. `http://127.0.0.1:4318`. Without one no span is ever made. */
  readonly endpoint?: string | undefined;
  /** Share of new traces that are recorded, 0 to 1. A trace that came with a request or message keeps its decision. */
  readonly samplingRatio: number;
  /** How long spans wait for company before they are sent. Default 1,000. */
  readonly exportDelayMs?: number;
  /** Told, at most once a minute, when spans cannot be exported. Default: nobody, since a trace is never worth a request. */
  readonly onProblem?: (message: string) => void;
}

export interface Telemetry {
  /** Sends what was recorded until now. */
  flush(): Promise<void>;
  /** Flushes within 3 s, then stops. Never throws; may be called again. */
  shutdown(): Promise<void>;
}

const shutdownTimeoutMs = 3_000;
/** At 2 KB a span about 8 MB; what comes on top is dropped. */
const queuedSpansMax = 4_096;

/**
 * Starts trace propagation, and with an endpoint also recording and export. Call once per process, before anything that
 * makes spans.
 */
export function startTelemetry(options: TelemetryOptions): Telemetry {
  context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable());
  propagation.setGlobalPropagator(new W3CTraceContextPropagator());
  if (options.endpoint === undefined) return new PropagationOnly();
  if (options.onProblem !== undefined) reportProblems(options.onProblem);
  const provider = new TracerProvider({
    resource: resourceFromAttributes({
      'service.namespace': 'muster',
      'service.name': options.service,
      'service.version': options.version,
      'service.instance.id': options.instanceId,
    }),
    sampler: new ParentBasedSampler({
      root: new CauseSampler(new TraceIdRatioBasedSampler(options.samplingRatio)),
    }),
    spanLimits: {
      attributeValueLengthLimit: 256,
      attributeCountLimit: 32,
      linkCountLimit: 64,
      eventCountLimit: 16,
    },
    spanProcessors: [
      new BatchSpanProcessor({
        exporter: new OTLPTraceExporter({
          url: `${options.endpoint.replace(/\/+$/, '')}/v1/traces`,
          timeoutMillis: 2_000,
        }),
        maxQueueSize: queuedSpansMax,
        maxExportBatchSize: 512,
        scheduledDelayMillis: options.exportDelayMs ?? 1_000,
        exportTimeoutMillis: 2_500,
      }),
    ],
  });
  trace.setGlobalTracerProvider(provider);
  setRecordingTracer(provider.getTracer('muster', options.version));
  return new RecordingTelemetry(provider);
}

/** A new trace that names its causes is recorded when one of them is; one without causes by the ratio. */
class CauseSampler implements Sampler {
  constructor(private readonly ratio: Sampler) {}

  shouldSample(...args: Parameters<Sampler['shouldSample']>): SamplingResult {
    const links: Link[] = args[5];
    if (links.length === 0) return this.ratio.shouldSample(...args);
    const caused = links.some((link) => (link.context.traceFlags & 1) === 1);
    return { decision: caused ? SamplingDecision.RECORD_AND_SAMPLED : SamplingDecision.NOT_RECORD };
  }

  toString(): string {
    return `CauseSampler{${this.ratio.toString()}}`;
  }
}

class PropagationOnly implements Telemetry {
  async flush(): Promise<void> {}

  async shutdown(): Promise<void> {
    context.disable();
    propagation.disable();
  }
}

class RecordingTelemetry implements Telemetry {
  private stopped: Promise<void> | undefined;

  constructor(private readonly provider: TracerProvider) {}

  async flush(): Promise<void> {
    await this.provider.forceFlush({ timeoutMillis: shutdownTimeoutMs });
  }

  shutdown(): Promise<void> {
    this.stopped ??= this.stop();
    return this.stopped;
  }

  private async stop(): Promise<void> {
    setRecordingTracer(undefined);
    const deadline = Promise.withResolvers<void>();
    const timer = setTimeout(deadline.resolve, shutdownTimeoutMs);
    await Promise.race([this.provider.shutdown().catch(() => undefined), deadline.promise]);
    clearTimeout(timer);
    trace.disable();
    context.disable();
    propagation.disable();
    diag.disable();
  }
}

/** A collector that is away fails every export; one line a minute says enough. */
const reportEveryMs = 60_000;

function reportProblems(report: (message: string) => void): void {
  let reportedAt = Number.NEGATIVE_INFINITY;
  const seldom = (message: string): void => {
    if (performance.now() - reportedAt < reportEveryMs) return;
    reportedAt = performance.now();
    report(message);
  };
  const ignore = (): void => undefined;
  const logger = { error: seldom, warn: seldom, info: ignore, debug: ignore, verbose: ignore };
  diag.setLogger(logger, { logLevel: DiagLogLevel.WARN, suppressOverrideMessage: true });
}
