import type { DynamicModule, Type } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { FastifyAdapter, type NestFastifyApplication } from '@nestjs/platform-fastify';
import type { AddressInfo } from 'node:net';
import type { Logger } from './create-logger.js';
import { listenerUrl } from './listener-url.js';
import { NestPinoLogger } from './nest-pino-logger.js';

export interface NestFastifyOptions {
  readonly module: Type | DynamicModule;
  readonly host: string;
  /** 0: any free port. */
  readonly port: number;
  /** Bytes; a longer body is 413. */
  readonly bodyLimit: number;
  readonly logger: Logger;
  /** Connections at one time. Default 2,000. */
  readonly connectionsMax?: number;
  /** How long the body of a request may take to arrive. Default 15,000. */
  readonly requestTimeoutMs?: number;
  /** Called before the listener opens: filters, pipes, content type parsers, hooks. */
  readonly configure?: (app: NestFastifyApplication) => void | Promise<void>;
}

export interface ListeningApp {
  readonly app: NestFastifyApplication;
  readonly port: number;
  readonly url: string;
  /**
   * Takes no new connection, lets requests in flight finish (those that do not within `deadlineMs`, default 5,000, are cut
   * off) and runs Nest's shutdown hooks. May be called again.
   */
  close(deadlineMs?: number): Promise<void>;
}

/**
 * Starts Nest on Fastify with a limit on everything a stranger can hold: header and body sizes and times, path lengths,
 * connections.
 */
export async function createNestFastify(options: NestFastifyOptions): Promise<ListeningApp> {
  const app = await NestFactory.create<NestFastifyApplication>(options.module, adapter(options), {
    logger: new NestPinoLogger(options.logger),
    abortOnError: false,
    forceCloseConnections: false,
  });
  let closed: Promise<void> | undefined;
  // A connection whose request was in flight when the listener closed turns idle afterwards, and would keep the server open
  // for as long as its client likes. Ended here, it is after the last byte of its answer.
  app
    .getHttpAdapter()
    .getInstance()
    .addHook('onResponse', (request, _reply, done) => {
      if (closed !== undefined) request.raw.socket.end();
      done();
    });
  try {
    await options.configure?.(app);
    await app.listen(options.port, options.host);
  } catch (error) {
    await app.close();
    throw error;
  }
  const server = app.getHttpServer();
  server.headersTimeout = 10_000;
  server.maxConnections = options.connectionsMax ?? 2_000;
  server.maxRequestsPerSocket = 0;
  const { port } = server.address() as AddressInfo;
  return {
    app,
    port,
    url: listenerUrl(options.host, port),
    close: (deadlineMs = 5_000) => (closed ??= closeApp(app, deadlineMs)),
  };
}

function adapter(options: NestFastifyOptions): FastifyAdapter {
  return new FastifyAdapter({
    bodyLimit: options.bodyLimit,
    requestTimeout: options.requestTimeoutMs ?? 15_000,
    // Longer than the keep-alive of clients and load balancers (commonly 60 s): the side that sends closes first, or a
    // request meets a connection that is just being closed.
    keepAliveTimeout: 65_000,
    routerOptions: { maxParamLength: 512 },
    forceCloseConnections: 'idle',
    // While closing, a request on an open connection is still served and told to close the connection.
    return503OnClosing: false,
    logger: false,
    http: { maxHeaderSize: 16_384, insecureHTTPParser: false },
  });
}

async function closeApp(app: NestFastifyApplication, deadlineMs: number): Promise<void> {
  const server = app.getHttpServer();
  const cutOff = setTimeout(() => server.closeAllConnections(), deadlineMs);
  try {
    await app.close();
  } finally {
    clearTimeout(cutOff);
  }
}
