export { startOtlpSink } from './otlp-sink.js';
export type { OtlpSink, SinkAttribute, SinkSpan, SpanNode, SpanTree } from './otlp-sink.js';
