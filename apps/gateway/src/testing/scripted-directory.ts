import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import {
  COMMANDS_TOPIC,
  decodeCommand,
  encodeReply,
  hashBearerToken,
  REPLIES_TOPIC,
  type Applied,
  type CommandId,
  type CommandMessage,
  type CommandOutcome,
  type Outcome,
  type QueryRequest,
  type ResolveCredentialResponse,
  type ResourcePlace,
  type RootQueryRequest,
  type SchemasDigest,
  type TenantId,
} from '@muster/contracts';
import type { EventLog, ReceivedRecord, RecordAppender, Subscription } from '@muster/messaging';
import { ScriptedResources } from './scripted-resources.js';

type Known = Extract<ResolveCredentialResponse, { known: true }>;

/** What the scripted directory does with a command it reads. */
export type Script = (command: CommandMessage) => 'apply' | 'ignore' | 'apply without reply' | Outcome;

/**
 * A directory in one object: it reads commands from the log, keeps resources in memory, replies, and serves the internal
 * HTTP API. What it does with a command is scripted; what it was asked is remembered.
 */
export class ScriptedDirectory {
  readonly credentials = new Map<string, Known>();
  readonly commands: CommandMessage[] = [];
  readonly undelivered: CommandId[] = [];
  readonly requests: { readonly path: string; readonly body: unknown }[] = [];
  readonly outcomes = new Map<CommandId, Outcome>();
  script: Script = () => 'apply';
  /** `off`: connections are cut. `silent`: nothing is ever answered. */
  http: 'on' | 'off' | 'silent' = 'on';
  /** The same for registrations alone. `unknown`: it says that there is no such registration. */
  registrations: 'on' | 'off' | 'unknown' = 'on';
  readonly url: string;
  private readonly resources = new ScriptedResources();

  private constructor(
    private readonly server: Server,
    private readonly appender: RecordAppender,
  ) {
    this.url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  }

  static async start(
    eventLog: EventLog,
  ): Promise<{ directory: ScriptedDirectory; close: () => Promise<void> }> {
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const appender = await eventLog.openAppender({ name: 'scripted-directory' });
    const directory = new ScriptedDirectory(server, appender);
    server.on('request', (request, response) => void directory.serve(request, response));
    const subscription = await directory.consume(eventLog);
    const close = async (): Promise<void> => {
      await subscription.close();
      await appender.close();
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    };
    return { directory, close };
  }

  accept(token: string, credential: Known): void {
    this.credentials.set(hashBearerToken(token), credential);
  }

  revoke(token: string): void {
    this.credentials.delete(hashBearerToken(token));
  }

  /** Applies what it reads and answers what it is asked again. */
  recover(): void {
    this.script = () => 'apply';
    this.http = 'on';
    this.registrations = 'on';
  }

  /** What the tenant can provision from now on; it is told by the next look-up of one of its tokens. */
  register(tenantId: TenantId, registration: unknown): SchemasDigest {
    const { digest } = this.resources.register(tenantId, registration);
    for (const [hash, credential] of this.credentials) {
      const { tenant } = credential;
      if (tenant.tenantId !== tenantId) continue;
      this.credentials.set(hash, { ...credential, tenant: { ...tenant, schemas: digest } });
    }
    return digest;
  }

  askedFor(path: string): number {
    return this.requests.filter((request) => request.path === path).length;
  }

  private consume(eventLog: EventLog): Promise<Subscription> {
    return eventLog.subscribe({
      groupId: 'scripted-directory',
      topics: [COMMANDS_TOPIC],
      startFrom: 'earliest',
      onDeath: (error) => {
        throw error;
      },
      onBatch: async (batch, context) => {
        for (const record of batch.records) {
          await this.handle(record);
          context.finished(record.offset);
        }
      },
    });
  }

  private async handle(record: ReceivedRecord): Promise<void> {
    const command = decodeCommand(record);
    this.commands.push(command);
    const decision = this.script(command);
    if (decision === 'ignore' || this.outcomes.has(command.commandId)) return;
    const outcome = typeof decision === 'string' ? this.applyMessage(command) : decision;
    this.outcomes.set(command.commandId, outcome.status === 'applied' ? stored(outcome) : outcome);
    if (decision !== 'apply without reply') await this.reply(command, outcome);
  }

  async reply(command: CommandMessage, outcome: Outcome): Promise<void> {
    const { commandId, replyTo } = command;
    const reply = encodeReply(
      { commandId, instanceId: replyTo.instanceId, outcome },
      '2026-01-01T00:00:00.000Z',
    );
    await this.appender.append([{ topic: REPLIES_TOPIC, partition: replyTo.partition, key: null, ...reply }]);
  }

  private applyMessage(command: CommandMessage): Outcome {
    if (command.type !== 'bulk.requested') return this.resources.apply(command);
    const results: CommandOutcome[] = [];
    let failures = 0;
    for (const part of command.parts) {
      if (part.refusedBefore + failures >= (command.failOnErrors ?? Infinity)) break;
      const { commandId } = part.command;
      const decision = this.script(part.command);
      const outcome = typeof decision === 'string' ? this.resources.apply(part.command) : decision;
      if (outcome.status !== 'applied') failures += 1;
      const result = outcome.status === 'applied' ? stored(outcome) : outcome;
      this.outcomes.set(commandId, result);
      results.push({ commandId, outcome: result });
    }
    return { status: 'applied', resourceId: command.resourceId, version: 1, changed: true, results };
  }

  private async serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const path = request.url ?? '';
    const body = await jsonOf(request);
    const isRegistration = path.includes('/schemas/');
    if (this.http === 'off' || (isRegistration && this.registrations === 'off'))
      return void request.socket.destroy();
    if (this.http === 'silent') return;
    if (path !== '/') this.requests.push({ path, body });
    const answer = this.answer(path, body as Readonly<Record<string, unknown>>);
    response.writeHead(answer === null ? 404 : 200, { 'content-type': 'application/json' });
    response.end(JSON.stringify(answer ?? { type: 'about:blank', title: 'Not Found', status: 404 }));
  }

  private answer(path: string, body: Readonly<Record<string, unknown>>): unknown {
    if (path === '/internal/v1/credentials/resolve') {
      return this.credentials.get(String(body.tokenHash)) ?? { known: false, reason: 'unknown' };
    }
    const ids = ((body.commands ?? []) as { commandId: CommandId }[]).map(({ commandId }) => commandId);
    if (path === '/internal/v1/commands/outcomes') {
      return {
        outcomes: ids
          .filter((id) => this.outcomes.has(id))
          .map((commandId) => ({ commandId, outcome: this.outcomes.get(commandId) })),
      };
    }
    if (path === '/internal/v1/commands/cancel')
      return { results: ids.map((commandId) => this.cancel(commandId)) };
    if (path === '/internal/v1/commands/undelivered') {
      this.undelivered.push(...ids);
      return {};
    }
    return this.query(path, body);
  }

  private cancel(commandId: CommandId): object {
    const outcome = this.outcomes.get(commandId);
    if (outcome !== undefined) return { commandId, result: 'decided', outcome };
    this.outcomes.set(commandId, { status: 'cancelled' });
    return { commandId, result: 'cancelled' };
  }

  private query(path: string, body: Readonly<Record<string, unknown>>): unknown {
    const match = /^\/internal\/v1\/tenants\/([^/]+)\/((?:[^?]+\/)?)([^/?]+)(\?.*)?$/.exec(path);
    if (match === null) return null;
    const [, tenantId = '', folder = '', last = '', options = ''] = match;
    if (folder === '') return this.resources.queryAll(tenantId, body as unknown as RootQueryRequest);
    if (folder === 'schemas/')
      return this.registrations === 'unknown' ? null : this.resources.registration(tenantId, last);
    const place = folder.slice(0, -1) as ResourcePlace;
    if (last === 'query') return this.resources.query(tenantId, place, body as unknown as QueryRequest);
    return this.resources.read(tenantId, place, last, !options.includes('references=false'));
  }
}

/** The operations table holds no bodies, and a row for each part of a job. */
function stored({ resource: _resource, results: _results, ...outcome }: Applied): Outcome {
  return outcome;
}

async function jsonOf(request: IncomingMessage): Promise<unknown> {
  let text = '';
  for await (const chunk of request) text += String(chunk);
  return text === '' ? {} : (JSON.parse(text) as unknown);
}
