import { createRequire } from 'node:module';
import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { patchIdleTimer } from './idle-timer-patch.js';

interface TestedQueue {
  throttledUntil: number;
  push(request: { entry: { correlationId: number }; expectResponse: boolean; sendRequest: () => void }): void;
  fulfillRequest(response: { correlationId: number; payload: unknown; size: number }): void;
  checkPendingRequests(): void;
  maybeThrottle(ms: number): void;
  destroy(): void;
}

const require = createRequire(import.meta.url);

function nothing(): void {
  // The queue's log lines are of no interest here.
}

function newQueue(): TestedQueue {
  const RequestQueue = require('kafkajs/src/network/requestQueue') as new (options: object) => TestedQueue;
  return new RequestQueue({
    maxInFlightRequests: 1,
    requestTimeout: 30_000,
    enforceRequestTimeout: false,
    clientId: 'test',
    broker: 'test:9092',
    logger: { debug: nothing, warn: nothing },
  });
}

function request(correlationId: number, sent: number[]): Parameters<TestedQueue['push']>[0] {
  const entry = {
    correlationId,
    apiKey: 0,
    apiName: 'Test',
    apiVersion: 0,
    resolve: nothing,
    reject: nothing,
  };
  return {
    entry,
    expectResponse: true,
    sendRequest: () => {
      sent.push(correlationId);
    },
  };
}

describe('patchIdleTimer', () => {
  beforeEach(() => {
    expect(patchIdleTimer()).toBe(true);
    jest.useFakeTimers();
  });

  afterEach(() => {
    jest.useRealTimers();
  });

  it('arms no timer while a connection is idle', () => {
    const queue = newQueue();
    const armed = jest.spyOn(globalThis, 'setTimeout');
    queue.checkPendingRequests();
    jest.advanceTimersByTime(60_000);
    expect(armed).toHaveBeenCalledTimes(0);
    queue.destroy();
  });

  it('still sends a request that waited for another, without waiting for a timer', () => {
    const queue = newQueue();
    const sent: number[] = [];
    queue.push(request(1, sent));
    queue.push(request(2, sent));
    expect(sent).toEqual([1]);
    queue.fulfillRequest({ correlationId: 1, payload: null, size: 0 });
    expect(sent).toEqual([1, 2]);
    queue.destroy();
  });

  it('still sends a throttled request when the throttle ends, and then falls silent', () => {
    const queue = newQueue();
    const sent: number[] = [];
    queue.maybeThrottle(500);
    queue.push(request(1, sent));
    jest.advanceTimersByTime(400);
    expect(sent).toEqual([]);
    jest.advanceTimersByTime(200);
    expect(sent).toEqual([1]);
    queue.fulfillRequest({ correlationId: 1, payload: null, size: 0 });
    jest.advanceTimersByTime(20);
    expect(jest.getTimerCount()).toBe(0);
    queue.destroy();
  });
});
