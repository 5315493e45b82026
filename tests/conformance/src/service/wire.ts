import { Pool } from 'undici';
import { type Json } from '../replay/json.js';
import { type Method } from '../replay/replay-case.js';

export interface WireRequest {
  readonly method: Method;
  /** Path and query exactly as they are to be sent. */
  readonly target: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string;
}

export interface WireAnswer {
  readonly status: number;
  readonly headers: ReadonlyMap<string, string>;
  readonly text: string;
  /** Undefined when the body is empty or no JSON. */
  readonly json: Json | undefined;
}

const CONNECTIONS = 8;
const ANSWER_TIMEOUT_MS = 30_000;

/** Sends requests as they are given: no header of its own, no other spelling of the URL, no second try. */
export class Wire {
  private readonly pool: Pool;

  constructor(origin: string) {
    this.pool = new Pool(origin, {
      connections: CONNECTIONS,
      headersTimeout: ANSWER_TIMEOUT_MS,
      bodyTimeout: ANSWER_TIMEOUT_MS,
    });
  }

  async send({ method, target, headers, body }: WireRequest): Promise<WireAnswer> {
    const answer = await this.pool.request({ method, path: target, headers, body: body ?? null });
    const text = await answer.body.text();
    return {
      status: answer.statusCode,
      headers: new Map(Object.entries(answer.headers).map(([name, value]) => [name, String(value)] as const)),
      text,
      json: parsed(text),
    };
  }

  close(): Promise<void> {
    return this.pool.close();
  }
}

function parsed(text: string): Json | undefined {
  try {
    return JSON.parse(text) as Json;
  } catch {
    return undefined;
  }
}
