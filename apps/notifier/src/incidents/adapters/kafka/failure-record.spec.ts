import { describe, expect, it } from '@jest/globals';
import { MalformedMessageError, failureRecord } from '@muster/contracts';
import { failureOf as sampleFailure, newTenantId } from '../../../testing/failures.js';
import { failureOf } from './failure-record.js';

const sample = sampleFailure(newTenantId());

describe('failureOf', () => {
  it('reads what the gateway publishes', () => {
    const traceparent = '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01';
    expect(failureOf(failureRecord({ ...sample, traceparent }))).toEqual({ ...sample, traceparent });
  });

  it('cuts what describes and keeps it on one line', () => {
    const failure = failureOf(
      failureRecord({
        ...sample,
        groupingKey: `a\u0000${'b'.repeat(1_000)}`,
        detail: `x\r\n${'d'.repeat(10_000)}`,
        requestId: 'r'.repeat(1_000),
        traceparent: '00-nonsense',
      }),
    );
    expect(failure.groupingKey).toMatch(/^a b+…$/);
    expect(failure.groupingKey).toHaveLength(256);
    expect(failure.detail).toMatch(/^x d+…$/);
    expect(failure.detail).toHaveLength(300);
    expect(failure.requestId).toHaveLength(64);
    expect(failure).not.toHaveProperty('traceparent');
  });

  it.each([
    ['an endless failure id', { failureId: 'f'.repeat(129) }],
    ['an empty failure id', { failureId: '' }],
    ['a failure id of two lines', { failureId: 'a\nb' }],
    ['a time that is none', { occurredAt: 'yesterday' }],
  ])('refuses %s', (_, changes) => {
    expect(() => failureOf(failureRecord({ ...sample, ...changes }))).toThrow(MalformedMessageError);
  });
});
