import { setTimeout as delay } from 'node:timers/promises';
import { Pool } from 'undici';
import { Latencies } from './latencies.js';

export interface BenchRequest {
  readonly method: 'GET' | 'POST' | 'PATCH' | 'DELETE';
  readonly path: string;
  readonly body?: string;
  readonly expect: number;
}

/** Makes the next request of an operation, and is told of its answer where that matters for the verification. */
export interface Operation {
  readonly name: string;
  next(): BenchRequest;
  onAnswer?(request: BenchRequest, body: string): void;
}

export interface LoadResult {
  readonly requests: number;
  readonly failures: number;
  readonly seconds: number;
  readonly latencies: Latencies;
  /** The first answer that was not as expected. */
  readonly firstFailure: string | null;
}

/** A client of the gateway: keep-alive connections, as many as may be in flight. */
export class LoadClient {
  private readonly pool: Pool;

  constructor(
    origin: string,
    private readonly token: string,
    connections: number,
  ) {
    this.pool = new Pool(origin, { connections, pipelining: 1, headersTimeout: 30_000, bodyTimeout: 30_000 });
  }

  close(): Promise<void> {
    return this.pool.close();
  }

  /** Keeps so many requests under way for a time: how much goes through. */
  async saturate(operation: Operation, inFlight: number, seconds: number): Promise<LoadResult> {
    const run = new Run();
    const until = performance.now() + seconds * 1000;
    const worker = async (): Promise<void> => {
      while (performance.now() < until) await this.send(operation, run, performance.now());
    };
    await Promise.all(Array.from({ length: inFlight }, worker));
    return run.result();
  }

  /** Keeps so many requests under way until their number is reached: for seeding. */
  async repeat(operation: Operation, inFlight: number, requests: number): Promise<LoadResult> {
    const run = new Run();
    let begun = 0;
    const worker = async (): Promise<void> => {
      while (begun < requests) {
        begun += 1;
        await this.send(operation, run, performance.now());
      }
    };
    await Promise.all(Array.from({ length: inFlight }, worker));
    return run.result();
  }

  /**
   * Sends at a steady rate, whatever the answers do (open loop): a latency counts from when the request was due, so a stall
   * shows in every request that it delayed.
   */
  async steady(operation: Operation, perSecond: number, seconds: number): Promise<LoadResult> {
    const run = new Run();
    const startedAt = performance.now();
    const total = perSecond * seconds;
    const underWay: Promise<void>[] = [];
    for (let index = 0; index < total; index += 1) {
      const dueAt = startedAt + (index * 1000) / perSecond;
      const wait = dueAt - performance.now();
      if (wait > 0) await delay(wait);
      underWay.push(this.send(operation, run, dueAt));
    }
    await Promise.all(underWay);
    return run.result();
  }

  /** One request by itself; resolves with the body. @throws when the answer is not as expected */
  async ask(request: BenchRequest): Promise<string> {
    const { status, body } = await this.exchange(request);
    if (status !== request.expect) throw new Error(describe(request, `${status} ${body.slice(0, 300)}`));
    return body;
  }

  async send(operation: Operation, run: Run, dueAt: number): Promise<void> {
    const request = operation.next();
    try {
      const { status, body } = await this.exchange(request);
      run.latencies.record(performance.now() - dueAt);
      if (status === request.expect) operation.onAnswer?.(request, body);
      else run.fail(describe(request, `${status} ${body.slice(0, 300)}`));
    } catch (error) {
      run.fail(describe(request, String(error)));
    }
  }

  private async exchange({ method, path, body }: BenchRequest): Promise<{ status: number; body: string }> {
    const answer = await this.pool.request({
      method,
      path,
      headers: {
        authorization: `Bearer ${this.token}`,
        ...(body === undefined ? {} : { 'content-type': 'application/scim+json' }),
      },
      body: body ?? null,
    });
    return { status: answer.statusCode, body: await answer.body.text() };
  }
}

function describe({ method, path }: BenchRequest, what: string): string {
  return `${method} ${path}: ${what}`;
}

/** Requests that count together. */
export class Run {
  readonly latencies = new Latencies();
  private readonly startedAt = performance.now();
  private failures = 0;
  private firstFailure: string | null = null;

  fail(what: string): void {
    this.failures += 1;
    this.firstFailure ??= what;
  }

  result(): LoadResult {
    return {
      requests: this.latencies.count,
      failures: this.failures,
      seconds: (performance.now() - this.startedAt) / 1000,
      latencies: this.latencies,
      firstFailure: this.firstFailure,
    };
  }
}
