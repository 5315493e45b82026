export type { Attributes, Context, Span } from '@opentelemetry/api';
export { createMetrics } from './metrics.js';
export type { CounterOf, GaugeOf, HistogramOf, Metrics, MetricsOptions, RenderedMetrics } from './metrics.js';
export { attributeKeys, labelNamesOf, metricDefinitions, metricPrefix, spanNames } from './names.js';
export type {
  AttributeKey,
  MetricDefinition,
  MetricDefinitions,
  MetricLabels,
  MetricName,
  MetricNameOf,
} from './names.js';
export { startTelemetry } from './start-telemetry.js';
export type { Telemetry, TelemetryOptions } from './start-telemetry.js';
export {
  contextFromTraceparent,
  currentTraceIds,
  currentTraceparent,
  extractTraceContext,
  injectTraceContext,
  isSampled,
} from './trace-context.js';
export type { TraceHeaders } from './trace-context.js';
export { activeContext, linksMax, rootContext, tracer } from './tracer.js';
export type { SpanKindName, SpanOptions } from './tracer.js';
