import { bearerToken, sameSecret, type Logger } from '@muster/service';
import { attributeKeys, extractTraceContext, spanNames, tracer, type Metrics } from '@muster/telemetry';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { InternalRequest, InternalRoute } from './internal-route.js';
import { blank, problemOf } from './problem-of.js';

export interface InternalApiOptions {
  readonly internalToken: string;
  readonly routes: readonly InternalRoute[];
  readonly metrics: Metrics;
  readonly logger: Logger;
}

/** Bytes: a thousand commands, or a filter at its limits. */
const BODY_BYTES_MAX = 1024 * 1024;

/**
 * The API that gateway and notifier speak, registered on Fastify itself: a GET by id passes here thousands of times a second,
 * and Nest's pipeline (guards, pipes, interceptors, serialisation of a result) would cost more than the query. The admin API
 * beside it goes through Nest.
 */
export async function registerInternalApi(
  server: FastifyInstance,
  options: InternalApiOptions,
): Promise<void> {
  await server.register((scope, _, done) => {
    scope.removeAllContentTypeParsers();
    scope.addContentTypeParser(
      'application/json',
      { parseAs: 'string', bodyLimit: BODY_BYTES_MAX },
      parseBody,
    );
    scope.addHook('onRequest', credentialCheck(options.internalToken));
    scope.setErrorHandler((error, request, reply) => answerProblem(options.logger, error, request, reply));
    for (const route of options.routes) {
      scope.route({ method: route.method, url: route.path, handler: handlerOf(route, options.metrics) });
    }
    done();
  });
}

function parseBody(
  _: FastifyRequest,
  body: string | Buffer,
  done: (error: Error | null, body?: unknown) => void,
): void {
  try {
    done(null, JSON.parse(body.toString()));
  } catch (error) {
    done(Object.assign(new Error('the body is not JSON', { cause: error }), { statusCode: 400 }));
  }
}

function credentialCheck(internalToken: string) {
  return (request: FastifyRequest, reply: FastifyReply, done: () => void): void => {
    const given = bearerToken(request.headers.authorization);
    if (given !== undefined && sameSecret(given, internalToken)) return done();
    void reply
      .header('www-authenticate', 'Bearer')
      .status(401)
      .type('application/problem+json')
      .send(JSON.stringify(blank(401)));
  };
}

function handlerOf(route: InternalRoute, metrics: Metrics) {
  const seconds = metrics.histogram('query_seconds');
  const refused = metrics.counter('queries_refused_total');
  const spanName = spanNames.internalRequest(route.method, route.path);
  const attributes = { [attributeKeys.httpMethod]: route.method, [attributeKeys.httpRoute]: route.path };
  return async (request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> => {
    const startedAt = performance.now();
    const parent = extractTraceContext(request.headers);
    try {
      const json = await tracer.withSpan(spanName, { kind: 'server', parent, attributes }, () =>
        route.handle(request as unknown as InternalRequest),
      );
      if (json === null) return await reply.status(204).send();
      return await reply.header('content-type', 'application/json').send(json);
    } catch (error) {
      if (problemOf(error).cause === 'overloaded') refused.inc({ kind: route.name });
      throw error;
    } finally {
      seconds.observe({ kind: route.name }, (performance.now() - startedAt) / 1_000);
    }
  };
}

function answerProblem(logger: Logger, error: unknown, request: FastifyRequest, reply: FastifyReply): void {
  const { retryAfterSeconds, ...problem } = problemOf(error);
  if (problem.status >= 500) {
    logger.error(
      { err: error, status: problem.status, route: request.routeOptions.url },
      'an internal request failed',
    );
  }
  if (retryAfterSeconds !== undefined) reply.header('retry-after', String(retryAfterSeconds));
  void reply.status(problem.status).type('application/problem+json').send(JSON.stringify(problem));
}
