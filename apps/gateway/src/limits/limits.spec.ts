import { Readable } from 'node:stream';
import type { IncomingMessage } from 'node:http';
import { describe, expect, it } from '@jest/globals';
import { defaultTenantSettings } from '@muster/contracts';
import { createMetrics } from '@muster/telemetry';
import { ManualClock } from '../testing/manual-clock.js';
import { TENANT_A, TENANT_B } from '../testing/sample-commands.js';
import { Gate } from './gate.js';
import { readBody, RequestAbortedError } from './read-body.js';
import { TenantRates } from './tenant-rates.js';
import { TokenBucket } from './token-bucket.js';

describe('TokenBucket', () => {
  it('gives its burst at once, then one token each time one has come back', () => {
    const bucket = new TokenBucket(10, 3, 0);
    expect([bucket.take(0), bucket.take(0), bucket.take(0)]).toEqual([0, 0, 0]);
    expect(bucket.take(0)).toBe(100);
    expect(bucket.take(50)).toBe(50);
    expect(bucket.take(100)).toBe(0);
    expect(bucket.take(100)).toBe(100);
  });

  it('never holds more than its burst, and does not mind a clock that goes back', () => {
    const bucket = new TokenBucket(10, 2, 0);
    bucket.take(0);
    expect([bucket.take(60_000), bucket.take(60_000)]).toEqual([0, 0]);
    expect(bucket.take(59_000)).toBeGreaterThan(0);
  });
});

describe('a TokenBucket that is asked for many', () => {
  it('gives all of them or none, and says when there will be as many', () => {
    const bucket = new TokenBucket(10, 5, 0);
    expect(bucket.take(0, 3)).toBe(0);
    expect(bucket.take(0, 3)).toBe(100);
    expect(bucket.take(0, 2)).toBe(0);
  });
});

describe('TenantRates', () => {
  const settings = { ...defaultTenantSettings, requestsPerSecondMax: 1, requestBurstMax: 1 };

  it('refuses with 429 and whole seconds, one tenant without its neighbour', () => {
    const clock = new ManualClock();
    const rates = new TenantRates(createMetrics('test', { processMetrics: false }), clock.now);
    rates.take(TENANT_A, settings);
    expect(() => rates.take(TENANT_A, settings)).toThrow(
      expect.objectContaining({ causeKey: 'rate_limited', status: 429, retryAfterSeconds: 1 }),
    );
    expect(() => rates.take(TENANT_B, settings)).not.toThrow();
    clock.advance(1_000);
    expect(() => rates.take(TENANT_A, settings)).not.toThrow();
  });

  it('follows a change of the settings', () => {
    const clock = new ManualClock();
    const rates = new TenantRates(createMetrics('test', { processMetrics: false }), clock.now);
    rates.take(TENANT_A, settings);
    expect(() =>
      rates.take(TENANT_A, { ...settings, requestsPerSecondMax: 50, requestBurstMax: 2 }),
    ).not.toThrow();
  });
});

describe('Gate', () => {
  it('lets in up to its size and refuses the rest until some leave', () => {
    const gate = new Gate(2);
    gate.enter(2);
    expect(() => gate.enter(1)).toThrow(
      expect.objectContaining({ causeKey: 'overloaded', status: 503, retryAfterSeconds: 2 }),
    );
    gate.leave(1);
    expect(() => gate.enter(1)).not.toThrow();
    expect(gate.inUse).toBe(2);
  });
});

function requestOf(chunks: readonly string[], headers: Record<string, string> = {}): IncomingMessage {
  return Object.assign(
    Readable.from(
      chunks.map((chunk) => Buffer.from(chunk)),
      { objectMode: false },
    ),
    {
      headers,
      complete: false,
    },
  ) as unknown as IncomingMessage;
}

describe('readBody', () => {
  it('joins chunks and keeps their bytes counted for the caller', async () => {
    const memory = new Gate(100);
    expect((await readBody(requestOf(['{"a":', '1}']), 50, memory)).toString()).toBe('{"a":1}');
    expect(memory.inUse).toBe(7);
  });

  it('refuses an announced length without reading, and a received one as soon as it is too much', async () => {
    const memory = new Gate(100);
    const expected = {
      causeKey: 'too_large',
      status: 413,
      detail: 'The request body is larger than 8 bytes.',
    };
    await expect(readBody(requestOf([], { 'content-length': '9' }), 8, memory)).rejects.toMatchObject(
      expected,
    );
    await expect(readBody(requestOf(['12345', '6789']), 8, memory)).rejects.toMatchObject(expected);
    expect(memory.inUse).toBe(0);
  });

  it('refuses a body for which all bodies together leave no memory', async () => {
    const memory = new Gate(6);
    memory.enter(4);
    await expect(readBody(requestOf(['123']), 8, memory)).rejects.toMatchObject({ causeKey: 'overloaded' });
    expect(memory.inUse).toBe(4);
  });

  it('gives up when the client goes away', async () => {
    const memory = new Gate(100);
    const request = new Readable({ read: () => undefined });
    const reading = readBody(
      Object.assign(request, { headers: {}, complete: false }) as unknown as IncomingMessage,
      8,
      memory,
    );
    request.push('123');
    setImmediate(() => request.destroy());
    await expect(reading).rejects.toBeInstanceOf(RequestAbortedError);
    expect(memory.inUse).toBe(0);
  });
});
