import {
  COMMAND_DEADLINE_MS,
  parseUuid,
  type Applied,
  type Command,
  type CommandId,
  type CreateCommand,
  type DeleteCommand,
  type Operation,
  type PatchCommand,
  type ReplaceCommand,
  type ResourceId,
  type StoredResource,
  type VersionCondition,
} from '@muster/contracts';
import { attributeKeys, spanNames, tracer } from '@muster/telemetry';
import { v7 as uuidV7 } from 'uuid';
import type { CommandBus } from '../../commands/command-bus.js';
import type { UndeliveredAnswers } from '../../commands/undelivered-answers.js';
import type { Credential } from '../../credentials/credential.js';
import { commandHead, resourceTypeName, type Endpoint } from '../../endpoints/endpoint.js';
import { schemasOf } from '../../endpoints/endpoints.js';
import type { WriteAttempt } from '../../failures/failure-of.js';
import type { ResourceDirectory } from '../../queries/resource-directory.js';
import { Refusal } from '../../refusals/refusal.js';
import type { Admission, EndpointChoice } from '../admission.js';
import type { Answer, Exchange } from '../http/exchange.js';
import { versionCondition } from '../http/preconditions.js';
import type { RequestBodies } from '../http/request-bodies.js';
import {
  notFound,
  resourceHeaders,
  type ResourceRendering,
  type View,
} from '../rendering/resource-rendering.js';
import { appliedOrRefusal } from './answer-of-end.js';
import { createOfBody, patchOfBody, replaceOfBody } from './command-of-body.js';

export interface ResourceWritesParts {
  readonly admission: Admission;
  readonly bodies: RequestBodies;
  readonly commands: CommandBus;
  readonly undelivered: UndeliveredAnswers;
  readonly directory: ResourceDirectory;
  readonly rendering: ResourceRendering;
  /** Where outcomes are to be sent. */
  readonly replyTo: Command['replyTo'];
}

const RETRY_AFTER_SECONDS = 5;

/** A write on its way: what the request brought, before its operation adds its own. */
interface Write {
  readonly credential: Credential;
  readonly endpoint: Endpoint;
  readonly attempt: WriteAttempt;
  readonly view: View;
}

/**
 * POST, PUT, PATCH and DELETE of a resource. Each reads top to bottom as the life of a write: admit, parse, check, publish,
 * wait, answer. Nothing is published before everything that can be refused here has been.
 */
export class ResourceWrites {
  constructor(private readonly parts: ResourceWritesParts) {}

  /** RFC 7644 section 3.3. */
  async create(exchange: Exchange, choose: EndpointChoice): Promise<Answer> {
    const { credential, endpoint, attempt, view } = await this.admit(exchange, choose, 'create');
    const body = await this.parts.bodies.readJson(exchange, endpoint.bodyBytesMax);
    const command: CreateCommand = {
      ...createOfBody(body, { endpoint, credential, attempt }),
      ...this.envelope(exchange, credential, uuidV7() as ResourceId),
    };
    const applied = await this.decide(exchange, command);
    const readBack = view.wantsReferences && command.document.members !== undefined;
    const stored =
      (await this.storedAfter(exchange, endpoint, command, applied, readBack)) ?? asApplied(command, applied);
    return this.resourceAnswer(exchange, endpoint, 201, stored, view, command);
  }

  /** RFC 7644 section 3.5.1. */
  async replace(exchange: Exchange, choose: EndpointChoice, id: string): Promise<Answer> {
    const { credential, endpoint, attempt, view } = await this.admit(exchange, choose, 'replace', id);
    const resourceId = existingId(id);
    const ifMatch = versionCondition(exchange.request.headers['if-match']);
    const body = await this.parts.bodies.readJson(exchange, endpoint.bodyBytesMax);
    const command: ReplaceCommand = {
      ...replaceOfBody(body, { endpoint, credential, attempt }),
      ...this.envelope(exchange, credential, resourceId),
      ...conditional(ifMatch),
    };
    const applied = await this.decide(exchange, command);
    const readBack =
      view.asksForReferences || (view.wantsReferences && command.document.members !== undefined);
    const stored =
      (await this.storedAfter(exchange, endpoint, command, applied, readBack)) ?? asApplied(command, applied);
    return this.resourceAnswer(exchange, endpoint, 200, stored, view, command);
  }

  /** RFC 7644 section 3.5.2. */
  async patch(exchange: Exchange, choose: EndpointChoice, id: string): Promise<Answer> {
    const { credential, endpoint, attempt, view } = await this.admit(exchange, choose, 'patch', id);
    const resourceId = existingId(id);
    const ifMatch = versionCondition(exchange.request.headers['if-match']);
    const body = await this.parts.bodies.readJson(exchange, endpoint.bodyBytesMax);
    const command: PatchCommand = {
      ...patchOfBody(body, { endpoint, credential, attempt }),
      ...this.envelope(exchange, credential, resourceId),
      ...conditional(ifMatch),
    };
    const applied = await this.decide(exchange, command);
    const withoutBody = (): Answer =>
      this.emptyAnswer(
        command,
        resourceHeaders(this.parts.rendering.locationOf(endpoint, resourceId), applied.version),
      );
    if (!view.asksForAttributes && !returnsBody(endpoint, credential)) return withoutBody();
    const readBack = endpoint.kind === 'group' ? view.wantsReferences : view.asksForReferences;
    const stored = await this.storedAfter(exchange, endpoint, command, applied, readBack);
    if (stored === null) return withoutBody();
    return this.resourceAnswer(exchange, endpoint, 200, stored, view, command);
  }

  /** RFC 7644 section 3.6. */
  async delete(exchange: Exchange, choose: EndpointChoice, id: string): Promise<Answer> {
    const { credential, endpoint } = await this.admit(exchange, choose, 'delete', id);
    const command: DeleteCommand = {
      ...this.envelope(exchange, credential, existingId(id)),
      ...commandHead(endpoint, 'delete'),
      ...conditional(versionCondition(exchange.request.headers['if-match'])),
    };
    await this.decide(exchange, command);
    return this.emptyAnswer(command, {});
  }

  private async admit(
    exchange: Exchange,
    choose: EndpointChoice,
    operation: Operation,
    resourceId?: string,
  ): Promise<Write> {
    const { credential, endpoint } = await this.parts.admission.admitTo(exchange, choose);
    const attempt: WriteAttempt = {
      operation,
      resourceKind: endpoint.kind,
      ...resourceTypeName(endpoint),
      subject: {},
      ...(resourceId === undefined ? {} : { resourceId }),
    };
    exchange.attempt = attempt;
    const view = this.parts.rendering.viewOf(endpoint, exchange.request.query);
    return { credential, endpoint, attempt, view };
  }

  private envelope(exchange: Exchange, credential: Credential, resourceId: ResourceId) {
    return {
      commandId: uuidV7() as CommandId,
      tenantId: credential.tenantId,
      tokenId: credential.tokenId,
      requestId: exchange.requestId,
      resourceId,
      replyTo: this.parts.replyTo,
      ...schemasOf(credential.endpoints),
      deadlineMs: Date.now() + COMMAND_DEADLINE_MS,
    };
  }

  /** Publishes, waits, and throws the refusal unless the command took effect. */
  private async decide(exchange: Exchange, command: Command): Promise<Applied> {
    if (exchange.attempt !== undefined && command.type.endsWith('.create.requested')) {
      exchange.attempt.resourceId = command.resourceId;
    }
    exchange.span.setAttribute(attributeKeys.commandId, command.commandId);
    const end = await tracer.withSpan(spanNames.awaitReply, { parent: exchange.trace }, () =>
      this.parts.commands.submit(command, exchange.trace),
    );
    if (end.kind === 'unknown') this.parts.undelivered.markUnknown(command);
    if (end.kind === 'withdrawn' && exchange.attempt !== undefined)
      exchange.attempt.withdrawn = command.commandId;
    return appliedOrRefusal(end);
  }

  /**
   * The resource to answer with; for a repeated create it is the one that the first made. The outcome has it without
   * references, or not at all when it was looked up later: then it is read back. If that fails the client is told that
   * nobody knows, and its repetition will get the resource.
   *
   * Null where somebody else has deleted it between the commit and this moment. The command took effect all the same, and an
   * answer that says otherwise would be wrong.
   */
  private async storedAfter(
    exchange: Exchange,
    endpoint: Endpoint,
    command: Command,
    applied: Applied,
    withReferences: boolean,
  ): Promise<StoredResource | null> {
    if (applied.resource !== undefined && !withReferences) return applied.resource;
    try {
      const stored = await this.parts.directory.read(
        command.tenantId,
        endpoint.place,
        applied.resourceId,
        { withReferences },
        exchange.trace,
      );
      return stored ?? applied.resource ?? null;
    } catch {
      this.parts.undelivered.mark(command);
      throw new Refusal('outcome_unknown', { retryAfterSeconds: RETRY_AFTER_SECONDS });
    }
  }

  private resourceAnswer(
    exchange: Exchange,
    endpoint: Endpoint,
    status: 200 | 201,
    stored: StoredResource,
    view: View,
    command: Command,
  ): Answer {
    const location = this.parts.rendering.locationOf(endpoint, stored.id);
    return {
      status,
      headers: resourceHeaders(location, stored.version),
      body: this.parts.rendering.render(endpoint, stored, view),
      onUndelivered: () => this.parts.undelivered.mark(command),
    };
  }

  private emptyAnswer(command: Command, headers: Readonly<Record<string, string>>): Answer {
    return { status: 204, headers, onUndelivered: () => this.parts.undelivered.mark(command) };
  }
}

/** What the command made of the resource, as far as it is known without the store; what is deleted has no references. */
function asApplied(command: CreateCommand | ReplaceCommand, applied: Applied): StoredResource {
  const now = new Date().toISOString();
  const { resourceId: id, version } = applied;
  const { document } = command;
  return {
    id,
    version,
    createdAt: createdAtOf(id) ?? now,
    lastModified: now,
    document,
    groups: [],
    members: [],
  };
}

/** An id is a UUIDv7, which begins with the time of its making (RFC 9562 section 5.7): when the resource was created, or nearly. */
function createdAtOf(id: ResourceId): string | null {
  const madeAtMs = Number.parseInt(id.slice(0, 8) + id.slice(9, 13), 16);
  return id[14] === '7' ? new Date(madeAtMs).toISOString() : null;
}

/** An id that is not one of ours names nothing: 404, without asking anybody. */
export function existingId(id: string): ResourceId {
  const resourceId = parseUuid<ResourceId>(id);
  if (resourceId === null) throw notFound(id);
  return resourceId;
}

function conditional(ifMatch: VersionCondition | undefined): { ifMatch?: VersionCondition } {
  return ifMatch === undefined ? {} : { ifMatch };
}

/** What connectors expect after a PATCH differs for users and groups; of own types they expect nothing in particular. */
function returnsBody({ kind }: Endpoint, { settings }: Credential): boolean {
  switch (kind) {
    case 'user':
      return settings.patchUserReturnsBody;
    case 'group':
      return settings.patchGroupReturnsBody;
    case 'resource':
      return true;
  }
}
