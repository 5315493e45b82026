import { randomUUID } from 'node:crypto';
import { STATUS_CODES, type IncomingMessage } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import type { DynamicModule } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { FastifyAdapter, type NestFastifyApplication } from '@nestjs/platform-fastify';
import { NestPinoLogger, type Logger } from '@muster/service';
import type { Metrics } from '@muster/telemetry';
import { renderScimError } from '@muster/scim';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { Refusal } from '../../refusals/refusal.js';
import { nothingHere } from '../admission.js';
import { errorAnswer } from './error-answer.js';
import { SCIM_MEDIA_TYPE } from './media-type.js';
import { ScimErrorFilter } from './scim-error-filter.js';
import { scimUrl } from './scim-path.js';
import { sendAnswer } from './send-answer.js';

export interface ScimListenerOptions {
  readonly module: DynamicModule;
  readonly host: string;
  readonly port: number;
  readonly basePaths: readonly string[];
  readonly logger: Logger;
  readonly metrics: Metrics;
}

export interface ScimListener {
  readonly port: number;
  /** Takes no new connection and lets requests in flight finish; cuts off those that do not within `deadlineMs`. */
  close(deadlineMs: number): Promise<void>;
}

const CONNECTIONS_MAX = 4_000;
const HEADERS_TIMEOUT_MS = 10_000;
/** For the whole of a request to arrive: 16 MiB in this time are 4 Mbit/s. */
const REQUEST_TIMEOUT_MS = 30_000;
/** Longer than the keep-alive of connectors and load balancers, or a request meets a connection that is just being closed. */
const KEEP_ALIVE_TIMEOUT_MS = 65_000;
const IDLE_SWEEP_MS = 50;
const HEADER_BYTES_MAX = 16_384;
/** Of one segment of a path; nothing has a longer name. */
const NAME_LENGTH_MAX = 512;
/** Fastify's code for a segment beyond it. */
const NAME_TOO_LONG = 'FST_ERR_MAX_PARAM_LENGTH';

/** Opens the listener that faces the internet. Every answer it gives is SCIM, down to what the HTTP parser refuses. */
export async function openScimListener(options: ScimListenerOptions): Promise<ScimListener> {
  const app = await NestFactory.create<NestFastifyApplication>(options.module, adapter(options), {
    logger: new NestPinoLogger(options.logger),
    abortOnError: false,
    bodyParser: false,
  });
  app.useGlobalFilters(new ScimErrorFilter(options.logger, options.metrics));
  leaveBodiesAlone(app);
  await app.listen(options.port, options.host);
  const server = app.getHttpServer();
  server.maxConnections = CONNECTIONS_MAX;
  server.maxRequestsPerSocket = 0;
  let closed: Promise<void> | undefined;
  return {
    port: (server.address() as AddressInfo).port,
    close: (deadlineMs) => (closed ??= closeWithin(app, deadlineMs)),
  };
}

function adapter(options: ScimListenerOptions): FastifyAdapter {
  return new FastifyAdapter({
    rewriteUrl: (request: IncomingMessage) => scimUrl(request.url ?? '/', options.basePaths),
    requestTimeout: REQUEST_TIMEOUT_MS,
    keepAliveTimeout: KEEP_ALIVE_TIMEOUT_MS,
    forceCloseConnections: 'idle',
    // While closing, a request on an open connection is still served and told to close the connection.
    return503OnClosing: false,
    exposeHeadRoutes: false,
    logger: false,
    routerOptions: { maxParamLength: NAME_LENGTH_MAX },
    http: {
      maxHeaderSize: HEADER_BYTES_MAX,
      insecureHTTPParser: false,
      headersTimeout: HEADERS_TIMEOUT_MS,
      connectionsCheckingInterval: 2_000,
    },
    clientErrorHandler: refuseUnparsable,
    frameworkErrors: (error: Error, _request: FastifyRequest, reply: FastifyReply) => {
      const refusal =
        'code' in error && error.code === NAME_TOO_LONG
          ? nothingHere()
          : new Refusal('invalid_syntax', { detail: 'The URL is not understood.' });
      sendAnswer({ reply, requestId: randomUUID() }, errorAnswer(refusal));
    },
  });
}

/** Bodies are read by the handlers: after authentication, and up to the limit of their route. */
function leaveBodiesAlone(app: NestFastifyApplication): void {
  const instance = app.getHttpAdapter().getInstance();
  instance.removeAllContentTypeParsers();
  instance.addContentTypeParser('*', (_request, _payload, done) => done(null, undefined));
}

/** What is not HTTP has no request to be answered through: the status line goes onto the socket by hand. */
function refuseUnparsable(error: NodeJS.ErrnoException, socket: Socket): void {
  if (error.code === 'ECONNRESET' || socket.destroyed || !socket.writable) {
    socket.destroy();
    return;
  }
  const status =
    error.code === 'HPE_HEADER_OVERFLOW' ? 431 : error.code === 'ERR_HTTP_REQUEST_TIMEOUT' ? 408 : 400;
  const body = JSON.stringify(renderScimError({ status, detail: 'The request is not understood.' }));
  socket.end(
    `HTTP/1.1 ${status} ${STATUS_CODES[status]}\r\ncontent-type: ${SCIM_MEDIA_TYPE}\r\n` +
      `x-request-id: ${randomUUID()}\r\ncontent-length: ${Buffer.byteLength(body)}\r\nconnection: close\r\n\r\n${body}`,
  );
}

/** Connections become idle one by one while the last requests are answered; a kept-alive one would hold up the end. */
async function closeWithin(app: NestFastifyApplication, deadlineMs: number): Promise<void> {
  const server = app.getHttpServer();
  const sweep = setInterval(() => server.closeIdleConnections(), IDLE_SWEEP_MS);
  const timer = setTimeout(() => server.closeAllConnections(), deadlineMs);
  try {
    await app.close();
  } finally {
    clearInterval(sweep);
    clearTimeout(timer);
  }
}
