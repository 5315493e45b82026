import { Agent, get, request } from 'node:http';
import { Body, Controller, Get, Module, NotFoundException, Post, UseGuards } from '@nestjs/common';
import { IsInt, IsString, MaxLength, Min, ValidateNested } from 'class-validator';
import { Type } from 'class-transformer';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { createMetrics } from '@muster/telemetry';
import { BearerGuard } from './bearer-guard.js';
import { createLogger } from './create-logger.js';
import { HealthRegistry } from './health-registry.js';
import { createNestFastify, type ListeningApp } from './nest-fastify.js';
import { startOperationsServer } from './operations-server.js';
import { ProblemError, ProblemFilter } from './problem-filter.js';
import { problemValidationPipe } from './validation-pipe.js';

const credential = 'the-admin-credential-of-32-characters!';
const logger = createLogger({ service: 'spec', level: 'silent' });
const host = '127.0.0.1';

class Owner {
  @IsString()
  @MaxLength(5)
  name!: string;
}
class Shelf {
  @IsInt()
  @Min(1)
  width!: number;

  @ValidateNested()
  @Type(() => Owner)
  owner!: Owner;
}

/** Lets a test hold a request open and see that it has arrived. */
const held = { arrived: Promise.withResolvers<void>(), release: Promise.withResolvers<void>() };

@Controller('shelves')
class ShelfController {
  @Post()
  create(@Body() shelf: Shelf): Shelf {
    return shelf;
  }

  @Get('guarded')
  @UseGuards(new BearerGuard(credential))
  guarded(): string {
    return 'in';
  }

  @Get('missing')
  missing(): never {
    throw new NotFoundException('no such shelf');
  }

  @Get('conflict')
  conflict(): never {
    throw new ProblemError({
      type: 'https://muster.example/problems/shelf-full',
      title: 'The shelf is full',
      status: 409,
    });
  }

  @Get('busy')
  busy(): never {
    throw Object.assign(new Error('rita@example.test'), { retryable: true });
  }

  @Get('broken')
  broken(): never {
    throw new TypeError('rita@example.test');
  }

  @Get('slow')
  async slow(): Promise<string> {
    held.arrived.resolve();
    await held.release.promise;
    return 'finished';
  }
}

@Module({ controllers: [ShelfController] })
class ShelfModule {}

const start = (port = 0): Promise<ListeningApp> =>
  createNestFastify({
    module: ShelfModule,
    host,
    port,
    bodyLimit: 1_000,
    logger,
    configure: (app) => {
      app.useGlobalFilters(new ProblemFilter(logger));
      app.useGlobalPipes(problemValidationPipe());
    },
  });

/** What a test opened, closed after it however it ends. */
const opened: (() => unknown)[] = [];

afterEach(async () => {
  for (const close of opened.splice(0).reverse()) await close();
});

describe('Nest on Fastify', () => {
  let listening: ListeningApp;

  beforeAll(async () => {
    listening = await start();
  });
  afterAll(() => listening.close());

  const call = async (
    path: string,
    init?: RequestInit,
  ): Promise<{ status: number; headers: Headers; body: unknown }> => {
    const response = await fetch(`${listening.url}/shelves${path}`, init);
    const text = await response.text();
    const json = response.headers.get('content-type')?.includes('json') ?? false;
    return {
      status: response.status,
      headers: response.headers,
      body: json ? (JSON.parse(text) as unknown) : text,
    };
  };
  const post = (body: string): ReturnType<typeof call> =>
    call('', { method: 'POST', body, headers: { 'content-type': 'application/json' } });

  it.each([
    ['/missing', 404, { type: 'about:blank', title: 'Not Found', status: 404, detail: 'no such shelf' }],
    [
      '/conflict',
      409,
      { type: 'https://muster.example/problems/shelf-full', title: 'The shelf is full', status: 409 },
    ],
    ['/broken', 500, { type: 'about:blank', title: 'Internal Server Error', status: 500 }],
    [
      '/busy',
      503,
      { type: 'about:blank', title: 'Service Unavailable', status: 503, detail: 'Try again shortly.' },
    ],
  ])(
    'answers %s with %i as problem+json, without words that nobody meant for it',
    async (path, status, body) => {
      const answer = await call(path);
      expect(answer.status).toBe(status);
      expect(answer.headers.get('content-type')).toMatch(/^application\/problem\+json/);
      expect(answer.body).toEqual(body);
      expect(answer.headers.get('retry-after')).toBe(status === 503 ? '2' : null);
    },
  );

  it('lists every field that was not accepted, as JSON Pointers', async () => {
    const { status, body } = await post(
      JSON.stringify({ width: 0, owner: { name: 'too long' }, 'colour/~x': 'red' }),
    );
    expect(status).toBe(422);
    expect(body).toEqual({
      type: 'about:blank',
      title: 'Unprocessable Entity',
      status: 422,
      errors: expect.arrayContaining([
        { pointer: '/width', detail: 'width must not be less than 1' },
        { pointer: '/owner/name', detail: 'name must be shorter than or equal to 5 characters' },
        { pointer: '/colour~1~0x', detail: 'property colour/~x should not exist' },
      ]),
    });
  });

  it('refuses what it cannot parse and what is too large', async () => {
    expect(await post('{"width":')).toMatchObject({ status: 400 });
    expect(await post(JSON.stringify({ width: 1, pad: 'x'.repeat(2_000) }))).toMatchObject({ status: 413 });
    expect(await post('{"__proto__":{"width":1}}')).toMatchObject({ status: 400 });
  });

  it('lets in whoever has the credential, and tells the others how to', async () => {
    const as = (authorization?: string): ReturnType<typeof call> =>
      call('/guarded', { headers: authorization === undefined ? {} : { authorization } });
    expect(await as(`Bearer ${credential}`)).toMatchObject({ status: 200, body: 'in' });
    for (const wrong of [undefined, 'Bearer wrong', `Basic ${credential}`, `Bearer ${credential}x`]) {
      const answer = await as(wrong);
      expect(answer.status).toBe(401);
      expect(answer.headers.get('www-authenticate')).toBe('Bearer');
    }
  });

  it('fails to start on a port that is taken, and leaves nothing open', async () => {
    await expect(start(listening.port)).rejects.toMatchObject({ code: 'EADDRINUSE' });
  });

  it('finishes what is in flight when it closes, refuses new connections, and closes idle ones', async () => {
    const closing = await start();
    const agent = new Agent({ keepAlive: true, maxSockets: 1 });
    opened.push(
      () => closing.close(),
      () => agent.destroy(),
      () => held.release.resolve(),
    );
    const slow = new Promise<string>((resolve, reject) => {
      const sent = get(`${closing.url}/shelves/slow`, { agent }, (response) => {
        let body = '';
        response.on('data', (chunk: Buffer) => (body += chunk.toString()));
        response.on('end', () => resolve(body));
      });
      sent.on('error', reject);
    });
    await held.arrived.promise;
    const startedAt = performance.now();
    const closed = closing.close();
    const refusal = (): Promise<string | undefined> =>
      new Promise((resolve) => {
        const sent = request(closing.url, { agent: false }, (response) => resolve(void response.resume()));
        sent.on('error', (error: NodeJS.ErrnoException) => resolve(error.code)).end();
      });
    while ((await refusal()) !== 'ECONNREFUSED') await new Promise(setImmediate);
    held.release.resolve();
    expect(await slow).toBe('finished');
    // Well before the deadline that cuts connections off: the client has kept its own open.
    await closed;
    expect(performance.now() - startedAt).toBeLessThan(4_000);
  });
});

describe('the operations server', () => {
  it('tells alive from ready, and shows the metrics', async () => {
    const health = new HealthRegistry();
    const metrics = createMetrics('spec', { processMetrics: false });
    let kafkaIsThere = true;
    health.register('kafka', () => {
      if (!kafkaIsThere) throw new Error('gone');
    });
    const server = await startOperationsServer({ host, port: 0, health, metrics });
    opened.push(() => server.close());
    const ask = async (path: string, init?: RequestInit): Promise<[number, string]> => {
      const response = await fetch(server.url + path, init);
      return [response.status, await response.text()];
    };
    expect(await ask('/livez')).toEqual([200, 'alive\n']);
    const [status, report] = await ask('/readyz?verbose');
    expect([status, JSON.parse(report)]).toMatchObject([
      200,
      { ready: true, checks: { kafka: { ok: true } } },
    ]);
    kafkaIsThere = false;
    health.stopping();
    expect((await ask('/readyz'))[0]).toBe(503);
    expect((await ask('/livez'))[0]).toBe(200);
    expect(await ask('/metrics')).toEqual([200, expect.stringContaining('muster_ready{service="spec"} 0')]);
    expect((await ask('/elsewhere'))[0]).toBe(404);
    expect((await ask('/livez', { method: 'POST', body: 'x' }))[0]).toBe(405);
    await server.close();
    await expect(ask('/livez')).rejects.toThrow();
  });
});
