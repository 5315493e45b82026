import { parseJson } from '@muster/scim';
import { spanNames, tracer } from '@muster/telemetry';
import type { Gate } from '../../limits/gate.js';
import { readBody } from '../../limits/read-body.js';
import type { Exchange } from './exchange.js';
import { checkMediaType } from './media-type.js';

/** Reads and parses the body of a request, once, within its limits. */
export class RequestBodies {
  constructor(private readonly memory: Gate) {}

  /** Throws 415, 413, 503, or 400 `invalidSyntax`; the value is untyped and must be read by a schema. */
  readJson(exchange: Exchange, bytesMax: number): Promise<unknown> {
    // Also the time that the client takes to send it.
    return tracer.withSpan(spanNames.parseRequest, { parent: exchange.trace }, () =>
      this.readWithinLimits(exchange, bytesMax),
    );
  }

  private async readWithinLimits(exchange: Exchange, bytesMax: number): Promise<unknown> {
    const request = exchange.request.raw;
    checkMediaType(request.headers['content-type']);
    const body = await readBody(request, bytesMax, this.memory);
    exchange.bodyBytes = body.length;
    return parseJson(body);
  }
}
