import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import {
  COMMANDS_TOPIC,
  decodeCommand,
  encodeReply,
  hashBearerToken,
  operationOf,
  REPLIES_TOPIC,
  resourceKindOf,
  type Applied,
  type Command,
  type CommandId,
  type CommandMessage,
  type CommandOutcome,
  type Outcome,
  type QueryRequest,
  type ResolveCredentialResponse,
  type StoredResource,
} from '@muster/contracts';
import type { EventLog, ReceivedRecord, RecordAppender, Subscription } from '@muster/messaging';
import {
  applyPatch,
  filterFromJson,
  groupResourceType,
  matchesFilter,
  resolveFilter,
  userResourceType,
  type ScimDocument,
} from '@muster/scim';

type Known = Extract<ResolveCredentialResponse, { known: true }>;

interface StoredEntry {
  readonly tenantId: string;
  readonly kind: 'user' | 'group';
  readonly stored: StoredResource;
}

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
  readonly url: string;
  private readonly resources = new Map<string, StoredEntry>();

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
    if (command.type !== 'bulk.requested') return this.apply(command);
    const results: CommandOutcome[] = [];
    let failures = 0;
    for (const part of command.parts) {
      if (part.refusedBefore + failures >= (command.failOnErrors ?? Infinity)) break;
      const { commandId } = part.command;
      const decision = this.script(part.command);
      const outcome = typeof decision === 'string' ? this.apply(part.command) : decision;
      if (outcome.status !== 'applied') failures += 1;
      const result = outcome.status === 'applied' ? stored(outcome) : outcome;
      this.outcomes.set(commandId, result);
      results.push({ commandId, outcome: result });
    }
    return { status: 'applied', resourceId: command.resourceId, version: 1, changed: true, results };
  }

  private apply(command: Command): Outcome {
    const { tenantId, resourceId, type } = command;
    const kind = resourceKindOf(type);
    const existing = this.resources.get(resourceId);
    if (operationOf(type) !== 'create' && existing?.tenantId !== tenantId) {
      return { status: 'rejected', cause: 'not_found', detail: `Resource ${resourceId} does not exist.` };
    }
    const version = (existing?.stored.version ?? 0) + 1;
    if (operationOf(type) === 'delete') {
      this.resources.delete(resourceId);
      return { status: 'applied', resourceId, version, changed: true };
    }
    const document = documentAfter(command, existing?.stored.document);
    const time = '2026-01-01T00:00:00.000Z';
    const stored = { id: resourceId, version, createdAt: time, lastModified: time, document };
    this.resources.set(resourceId, { tenantId, kind, stored });
    return { status: 'applied', resourceId, version, changed: true, resource: withoutMembers(stored) };
  }

  private async serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const path = request.url ?? '';
    const body = await jsonOf(request);
    if (this.http === 'off') return void request.socket.destroy();
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
    const match = /^\/internal\/v1\/tenants\/([^/]+)\/(user|group)s\/([^?]+)(\?references=false)?$/.exec(
      path,
    );
    if (match === null) return null;
    const [, tenantId, kind, last = '', withoutReferences] = match;
    const mine = [...this.resources.values()].filter(
      (entry) => entry.tenantId === tenantId && entry.kind === kind,
    );
    if (last === 'query') return page(mine, kind === 'user', body as unknown as QueryRequest);
    const found = mine.find(({ stored }) => stored.id === last);
    return found === undefined ? null : shown(found, withoutReferences === undefined);
  }
}

function documentAfter(command: Command, before: ScimDocument = {}): ScimDocument {
  switch (command.type) {
    case 'user.patch.requested':
      return applyPatch(userResourceType, before, command.patch).document;
    case 'group.patch.requested':
      return applyPatch(groupResourceType, before, command.patch).document;
    case 'user.delete.requested':
    case 'group.delete.requested':
      return before;
    default:
      return command.document;
  }
}

function page(entries: readonly StoredEntry[], isUser: boolean, request: QueryRequest): object {
  const filter =
    request.filter === undefined
      ? undefined
      : resolveFilter(filterFromJson(request.filter), isUser ? userResourceType : groupResourceType);
  const matching = entries.filter(
    ({ stored }) => filter === undefined || matchesFilter(filter, { ...stored.document, id: stored.id }),
  );
  const start = request.startIndex - 1;
  const resources = matching
    .slice(start, start + request.count)
    .map((entry) => shown(entry, request.withReferences));
  return { totalResults: matching.length, resources };
}

function shown({ kind, stored }: StoredEntry, withReferences: boolean): StoredResource {
  const bare = withoutMembers(stored);
  if (kind === 'user') return withReferences ? { ...bare, groups: [] } : bare;
  const members = (stored.document.members ?? []) as readonly { readonly value: string }[];
  return withReferences ? { ...bare, members: members.map(({ value }) => ({ value, type: 'User' })) } : bare;
}

function withoutMembers(stored: StoredResource): StoredResource {
  const { members: _members, ...document } = stored.document;
  return { ...stored, document };
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
