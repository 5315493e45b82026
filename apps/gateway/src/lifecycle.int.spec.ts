import { Writable } from 'node:stream';
import { afterEach, describe, expect, it } from '@jest/globals';
import { createLogger } from '@muster/service';
import { attributeKeys, startTelemetry } from '@muster/telemetry';
import { startOtlpSink } from '@muster/telemetry/testing';
import { parseGatewayConfig } from './config.js';
import { startGateway } from './start-gateway.js';
import { eventually, startGatewayWorld, type GatewayWorld } from './testing/gateway-world.js';
import { vulnerableLog } from './testing/vulnerable-log.js';

/** What a test opened, closed after it however it ends, the last first. */
const opened: (() => Promise<void>)[] = [];

afterEach(async () => {
  for (const close of opened.splice(0).reverse()) await close();
});

async function startWorld(...options: Parameters<typeof startGatewayWorld>): Promise<GatewayWorld> {
  const world = await startGatewayWorld(...options);
  opened.push(() => world.close());
  return world;
}

describe('starting', () => {
  it('without a broker serves reads, refuses writes, is not ready, and gets ready when the broker comes', async () => {
    const { eventLog, hurt } = vulnerableLog();
    hurt.isAway = true;
    const world = await startWorld({ eventLog });
    const { token } = world.addTenant();
    expect((await fetch(`${world.gateway.operationsUrl}/readyz`)).status).toBe(503);
    expect((await fetch(`${world.gateway.operationsUrl}/livez`)).status).toBe(200);
    expect((await world.scim('/Users?count=0', { token })).status).toBe(200);
    const refused = await world.scim('/Users', { token, body: { userName: 'jo@contoso.test' } });
    expect(refused.status).toBe(503);
    expect(refused.body.detail).toMatch(/could not be queued/);
    hurt.isAway = false;
    await world.ready();
    expect((await world.scim('/Users', { token, body: { userName: 'jo@contoso.test' } })).status).toBe(201);
  });

  it('without the directory is not ready', async () => {
    const world = await startWorld();
    world.directory.http = 'off';
    const response = await fetch(`${world.gateway.operationsUrl}/readyz`);
    expect(response.status).toBe(503);
    expect(await response.json()).toMatchObject({ ready: false, checks: { directory: { ok: false } } });
    world.directory.http = 'on';
    await world.ready();
  });

  it('without any event log says what is missing', async () => {
    const config = parseGatewayConfig({ PORT: '0', INTERNAL_TOKEN: 'x'.repeat(32), LOG_LEVEL: 'silent' });
    await expect(startGateway(config)).rejects.toThrow('KAFKA_BROKERS');
  });

  it('on a port that is taken leaves nothing open', async () => {
    const world = await startWorld();
    await expect(startWorld({}, { PORT: String(world.gateway.port) })).rejects.toThrow(/EADDRINUSE/);
  });
});

describe('stopping', () => {
  it('answers what was begun, and takes nothing new', async () => {
    const world = await startWorld();
    const { directory, gateway } = world;
    const { token } = world.addTenant();
    await world.ready();
    directory.script = () => 'ignore';
    const creating = world.scim('/Users', { token, body: { userName: 'jo@contoso.test' } });
    await eventually(() => directory.commands.length === 1);
    const stopping = gateway.close();
    await eventually(async () => (await fetch(`${gateway.operationsUrl}/readyz`)).status === 503);
    const command = directory.commands[0]!;
    await directory.reply(command, { status: 'rejected', cause: 'duplicate_username', detail: 'Taken.' });
    expect((await creating).status).toBe(409);
    await stopping;
    await expect(fetch(gateway.url)).rejects.toThrow();
    await expect(fetch(gateway.operationsUrl)).rejects.toThrow();
  });

  it('may be asked for twice', async () => {
    const world = await startWorld();
    await Promise.all([world.gateway.close(), world.gateway.close()]);
  });
});

describe('a reply inbox that has died for good', () => {
  it('ends the process rather than letting every write wait', async () => {
    const { eventLog, hurt } = vulnerableLog();
    const reasons: string[] = [];
    const world = await startWorld({ eventLog, fatal: (reason) => reasons.push(reason) });
    await world.ready();
    hurt.inbox!.onDeath(new Error('gone'));
    expect(reasons).toEqual(['the reply inbox died']);
  });
});

describe('what leaves the process', () => {
  it('is one trace per write, and never a name, a token or a body', async () => {
    const lines: string[] = [];
    const destination = new Writable({
      write: (chunk, _encoding, done) => {
        lines.push(String(chunk));
        done();
      },
    });
    const sink = await startOtlpSink();
    opened.push(() => sink.close());
    const telemetry = startTelemetry({
      service: 'gateway',
      version: '0.0.0',
      instanceId: 'test',
      endpoint: sink.endpoint,
      samplingRatio: 1,
      exportDelayMs: 10,
    });
    opened.push(() => telemetry.shutdown());
    const world = await startWorld({
      logger: createLogger({ service: 'gateway', level: 'trace', destination }),
    });
    const tenant = world.addTenant();
    await world.ready();
    const userName = 'canary-person@contoso.test';
    const created = await world.scim('/Users', { token: tenant.token, body: { userName } });
    const id = String(created.body.id);
    await world.scim(`/Users/${id}`, { token: tenant.token });
    await world.scim('/Users', { token: tenant.token, body: { userName: 'canary-person@elsewhere.test' } });
    world.directory.script = () => ({ status: 'rejected', cause: 'store_failed', detail: 'canary-detail' });
    await world.scim(`/Users/${id}`, { method: 'DELETE', token: tenant.token });

    const server = await sink.waitFor(
      (span) => span.name === 'POST /Users' && span.attributes[attributeKeys.httpStatus] === 201,
    );
    expect(server).toMatchObject({
      kind: 'server',
      attributes: { [attributeKeys.tenantId]: tenant.tenantId },
    });
    const command = world.directory.commands[0]!;
    expect(server.attributes[attributeKeys.commandId]).toBe(command.commandId);
    const producer = await sink.waitFor(
      (span) => span.name === 'send scim.commands.v1' && span.traceId === server.traceId,
    );
    expect(producer).toMatchObject({ kind: 'producer', parentSpanId: server.spanId });
    expect(command.traceparent).toBe(`00-${server.traceId}-${producer.spanId}-01`);
    // The publishing of the failure names the cause, too, and may be seen first.
    await sink.waitFor(
      (span) =>
        span.name === 'POST /Users' && span.attributes[attributeKeys.cause] === 'domain_not_registered',
    );
    await sink.waitFor((span) => span.name === 'DELETE /Users/:id');

    const metrics = await (await fetch(`${world.gateway.operationsUrl}/metrics`)).text();
    expect(metrics).toMatch(
      /muster_scim_requests_total\{[^}]*route="\/Users"[^}]*method="POST"[^}]*status="201"[^}]*\} 1/,
    );
    expect(metrics).toMatch(
      /muster_command_outcomes_total\{[^}]*outcome="rejected"[^}]*cause="store_failed"[^}]*\} 1/,
    );
    await telemetry.shutdown();
    const everything = [metrics, sink.received(), ...lines].join('\n');
    for (const secret of ['canary-person', 'canary-detail', tenant.token, 'elsewhere.test']) {
      expect(everything).not.toContain(secret);
    }
  });
});
