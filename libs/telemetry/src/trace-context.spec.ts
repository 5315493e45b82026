import { ROOT_CONTEXT, trace } from '@opentelemetry/api';
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import {
  contextFromTraceparent,
  currentTraceparent,
  extractTraceContext,
  injectTraceContext,
  isSampled,
} from './trace-context.js';

const traceparent = '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01';

describe('trace context', () => {
  it('travels as text, as the bytes of a Kafka header, and as the first of several values', () => {
    for (const value of [
      traceparent,
      Buffer.from(traceparent),
      [traceparent, 'other'],
      [Buffer.from(traceparent)],
    ]) {
      expect(currentTraceparent(extractTraceContext({ traceparent: value }))).toBe(traceparent);
    }
  });

  it('goes out as it came in, with its vendors’ state', () => {
    const headers = { traceparent, tracestate: 'vendor=value,other=1' };
    expect(injectTraceContext({}, extractTraceContext(headers))).toEqual(headers);
    expect(injectTraceContext({ key: 'kept' }, ROOT_CONTEXT)).toEqual({ key: 'kept' });
  });

  it('tells the sampled from the unsampled', () => {
    expect(isSampled(contextFromTraceparent(traceparent))).toBe(true);
    expect(isSampled(contextFromTraceparent(traceparent.replace(/01$/, '00')))).toBe(false);
    expect(isSampled(ROOT_CONTEXT)).toBe(false);
  });

  it.each([
    ['no header', undefined],
    ['an empty one', ''],
    ['an all-zero trace id', '00-00000000000000000000000000000000-00f067aa0ba902b7-01'],
    ['an all-zero span id', '00-4bf92f3577b34da6a3ce929d0e0e4736-0000000000000000-01'],
    ['version ff, W3C s3.2.2.1', 'ff-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01'],
    ['version 00 with more fields', `${traceparent}-more`],
    ['capital letters', traceparent.toUpperCase()],
    ['a megabyte', traceparent.padEnd(1_000_000, '-x')],
  ])('starts anew with %s', (_what, value) => {
    expect(extractTraceContext({ traceparent: value })).toBe(ROOT_CONTEXT);
  });

  it('accepts what a later version of the format adds, and carries none of it on', () => {
    const later = contextFromTraceparent(`01${traceparent.slice(2)}-more`);
    expect(currentTraceparent(later)).toBe(traceparent);
  });

  it('never throws, whatever a client sends', () => {
    fc.assert(
      fc.property(fc.string(), fc.string(), (parent, state) => {
        const context = extractTraceContext({ traceparent: parent, tracestate: state });
        expect(context === ROOT_CONTEXT || trace.getSpanContext(context) !== undefined).toBe(true);
        injectTraceContext({}, extractTraceContext({ traceparent, tracestate: state }));
      }),
    );
  });
});
