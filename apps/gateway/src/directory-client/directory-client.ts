import { currentTraceparent, type Context } from '@muster/telemetry';
import { Pool } from 'undici';
import { Deadlines } from './deadlines.js';

export interface DirectoryClientOptions {
  readonly directoryUrl: string;
  readonly internalToken: string;
  readonly connectionsMax: number;
  /** From the call to the last byte of the answer, waiting for a connection included. Milliseconds. */
  readonly timeoutMs: number;
}

/** The directory did not answer in time, or not as itself: nothing is known, and asking again later may help. */
export class DirectoryUnreachableError extends Error {
  override readonly name = 'DirectoryUnreachableError';
}

/** The directory refused, or said why it cannot answer now. `problem` is its RFC 9457 body. */
export class DirectoryProblemError extends Error {
  override readonly name = 'DirectoryProblemError';

  constructor(
    readonly status: number,
    readonly problem: Readonly<Record<string, unknown>>,
  ) {
    super(`the directory answered ${status}`);
  }
}

/** Waiting for a connection included. */
const EXCHANGES_MAX = 1_024;
/** A group of 100,000 members is about 12 MB. */
const RESPONSE_BYTES_MAX = 64 * 1024 * 1024;

/** JSON over kept-alive connections to the directory's internal API. */
export class DirectoryClient {
  private readonly pool: Pool;
  private readonly deadlines: Deadlines;
  private inFlight = 0;
  private readonly headers: Readonly<Record<string, string>>;

  constructor(private readonly options: DirectoryClientOptions) {
    this.pool = new Pool(options.directoryUrl, {
      connections: options.connectionsMax,
      pipelining: 1,
      connectTimeout: options.timeoutMs,
      headersTimeout: options.timeoutMs,
      bodyTimeout: options.timeoutMs,
      keepAliveTimeout: 30_000,
      maxResponseSize: RESPONSE_BYTES_MAX,
    });
    this.deadlines = new Deadlines(options.timeoutMs, new DirectoryUnreachableError('no answer in time'));
    this.headers = { authorization: `Bearer ${options.internalToken}`, accept: 'application/json' };
  }

  /** The parsed body of a 2xx, null for 204. Throws `DirectoryProblemError` or `DirectoryUnreachableError`. */
  async post(path: string, body: object, trace?: Context): Promise<unknown> {
    return this.exchange('POST', path, JSON.stringify(body), trace);
  }

  async get(path: string, trace?: Context): Promise<unknown> {
    return this.exchange('GET', path, undefined, trace);
  }

  /** Resolves when the directory answers at all; for readiness. */
  async ping(): Promise<void> {
    await this.send({ method: 'GET', path: '/', headers: this.headers });
  }

  async close(): Promise<void> {
    this.deadlines.close();
    await this.pool.destroy();
  }

  private async exchange(
    method: 'GET' | 'POST',
    path: string,
    body: string | undefined,
    trace: Context | undefined,
  ): Promise<unknown> {
    const headers: Record<string, string> = { ...this.headers };
    if (body !== undefined) headers['content-type'] = 'application/json';
    const traceparent = trace === undefined ? undefined : currentTraceparent(trace);
    if (traceparent !== undefined) headers.traceparent = traceparent;
    const { statusCode, text } = await this.send({
      method,
      path,
      headers,
      ...(body === undefined ? {} : { body }),
    });
    if (statusCode < 400) return parseAnswer(text);
    const problem = problemOf(text);
    if (problem.cause === undefined && (statusCode >= 500 || statusCode === 401 || statusCode === 429)) {
      throw new DirectoryUnreachableError(`the directory answered ${statusCode}`);
    }
    throw new DirectoryProblemError(statusCode, problem);
  }

  private async send(request: Parameters<Pool['request']>[0]): Promise<{ statusCode: number; text: string }> {
    if (this.inFlight >= EXCHANGES_MAX)
      throw new DirectoryUnreachableError('too much is asked of the directory already');
    this.inFlight += 1;
    const deadline = this.deadlines.begin();
    try {
      const { statusCode, body } = await this.pool.request({ ...request, signal: deadline.signal });
      return { statusCode, text: await body.text() };
    } catch (error) {
      throw new DirectoryUnreachableError('the directory cannot be reached', { cause: error });
    } finally {
      deadline.done();
      this.inFlight -= 1;
    }
  }
}

function parseAnswer(text: string): unknown {
  if (text === '') return null;
  try {
    return JSON.parse(text) as unknown;
  } catch (error) {
    throw new DirectoryUnreachableError('the directory answered something that is not JSON', {
      cause: error,
    });
  }
}

/** What is no problem document has no members: a proxy on the way answers in its own words. */
function problemOf(text: string): Readonly<Record<string, unknown>> {
  try {
    const parsed: unknown = JSON.parse(text);
    return typeof parsed === 'object' && parsed !== null ? (parsed as Readonly<Record<string, unknown>>) : {};
  } catch {
    return {};
  }
}
