import type {
  BulkPart,
  Command,
  CommandId,
  ReplyAddress,
  ResourceId,
  SchemasDigest,
  TenantId,
  TokenId,
} from '@muster/contracts';
import {
  ScimError,
  resolveBulkReferences,
  type BulkMethod,
  type BulkOperation,
  type BulkPlan,
  type BulkStep,
} from '@muster/scim';
import type { Credential } from '../../credentials/credential.js';
import { commandHead, resourceTypeName, type Endpoint } from '../../endpoints/endpoint.js';
import type { WriteAttempt } from '../../failures/failure-of.js';
import { Refusal } from '../../refusals/refusal.js';
import { refusalOf } from '../http/error-answer.js';
import { versionCondition } from '../http/preconditions.js';
import { createOfBody, patchOfBody, replaceOfBody } from '../writes/command-of-body.js';
import { existingId } from '../writes/resource-writes.js';

/** One operation of a bulk request, ready to be sent or refused at the door. */
export type JobItem = ReadyItem | RefusedItem;

interface Item {
  /** Place in the request, from 0. */
  readonly index: number;
  readonly method?: BulkMethod;
  readonly bulkId?: string;
  readonly attempt: WriteAttempt;
}

export interface ReadyItem extends Item {
  readonly kind: 'ready';
  readonly method: BulkMethod;
  readonly endpoint: Endpoint;
  readonly part: BulkPart;
}

export interface RefusedItem extends Item {
  readonly kind: 'refused';
  readonly refusal: Refusal;
  /** What it was about, where that is known; a POST that was refused is about nothing. */
  readonly target?: { readonly endpoint: Endpoint; readonly id: string };
}

export interface BulkJob {
  /** In the order in which they are decided. */
  readonly items: readonly JobItem[];
  /** The `bulkId`s of the resources that this request is to create, by the ids they were given. */
  readonly bulkIds: ReadonlyMap<string, string>;
}

/** What every command of the job has in common. */
export interface JobEnvelope {
  readonly tenantId: TenantId;
  readonly tokenId: TokenId;
  readonly requestId: string;
  readonly replyTo: ReplyAddress;
  readonly schemas?: SchemasDigest;
  readonly deadlineMs: number;
}

interface CreatedIds {
  readonly commandId: CommandId;
  readonly resourceId: ResourceId;
}

const operationOfMethod = { POST: 'create', PUT: 'replace', PATCH: 'patch', DELETE: 'delete' } as const;

/**
 * Makes commands of a bulk plan. What is to be created gets its id here, before anything is sent, so that a reference is a
 * plain id for everybody behind this door, whether it points forward, backward or in a circle (RFC 7644 section 3.7.2). An
 * operation that cannot be a command is refused by itself, and so is what refers to a resource that it was to create.
 */
export class BulkJobPlanner {
  private readonly created = new Map<string, CreatedIds>();
  private readonly resourceIds = new Map<string, string>();

  constructor(
    private readonly credential: Credential,
    private readonly envelope: JobEnvelope,
    private readonly newId: () => string,
  ) {}

  plan({ operations, failOnErrors = Infinity }: BulkPlan): BulkJob {
    for (const operation of operations) if (operation.kind === 'step') this.nameCreated(operation);
    const items = refuseDependents(operations.map((operation) => this.itemOf(operation)));
    const bulkIds = new Map([...this.resourceIds].map(([bulkId, id]) => [id, bulkId]));
    return { items: countRefusals(items, failOnErrors), bulkIds };
  }

  private nameCreated({ method, bulkId }: BulkStep): void {
    if (method !== 'POST' || bulkId === undefined) return;
    const ids = { commandId: this.newId() as CommandId, resourceId: this.newId() as ResourceId };
    this.created.set(bulkId, ids);
    this.resourceIds.set(bulkId, ids.resourceId);
  }

  private itemOf(operation: BulkOperation): Planned {
    const { index, method, bulkId } = operation;
    const known = { index, ...(bulkId === undefined ? {} : { bulkId }) };
    if (operation.kind === 'refused') {
      const attempt: WriteAttempt = {
        operation: method === undefined ? 'bulk' : operationOfMethod[method],
        ...this.matterOf(operation),
        subject: {},
      };
      const refusal = refusalOf(operation.error);
      const refused = { kind: 'refused' as const, ...known, attempt, refusal };
      return { item: method === undefined ? refused : { ...refused, method }, refersTo: [] };
    }
    return this.itemOfStep(operation, known);
  }

  /** What a failure of an operation is told to be about. A path that leads nowhere is taken for one of users. */
  private matterOf({ resourceType, target }: BulkOperation) {
    const endpoint =
      resourceType === undefined
        ? this.credential.endpoints.users
        : this.credential.endpoints.of(resourceType);
    return {
      resourceKind: endpoint.kind,
      ...resourceTypeName(endpoint),
      ...(target !== undefined && 'id' in target ? { resourceId: target.id } : {}),
    };
  }

  private itemOfStep(step: BulkStep, known: { readonly index: number; readonly bulkId?: string }): Planned {
    const { method } = step;
    const endpoint = this.credential.endpoints.of(step.resourceType);
    const attempt: WriteAttempt = {
      operation: operationOfMethod[method],
      ...this.matterOf(step),
      subject: {},
    };
    const refersTo = [...new Set([...step.after, ...step.deferred])].filter(
      (bulkId) => method !== 'POST' || bulkId !== step.bulkId,
    );
    try {
      const needs = refersTo.map((bulkId) => this.idsOf(bulkId).commandId);
      const command = this.commandOf(step, endpoint, attempt);
      attempt.resourceId = command.resourceId;
      const part = { command, needs, refusedBefore: 0 };
      return { item: { kind: 'ready', ...known, method, endpoint, attempt, part }, refersTo };
    } catch (error) {
      if (!(error instanceof Refusal) && !(error instanceof ScimError)) throw error;
      const target = this.targetOf(step, endpoint);
      const refused = { kind: 'refused' as const, ...known, method, attempt, refusal: refusalOf(error) };
      return { item: target === undefined ? refused : { ...refused, target }, refersTo };
    }
  }

  private commandOf(step: BulkStep, endpoint: Endpoint, attempt: WriteAttempt): Command {
    const context = { endpoint, credential: this.credential, attempt };
    const data = resolveBulkReferences(step.data, this.resourceIds);
    if (step.method === 'POST') {
      const body = createOfBody(data, context);
      // Of the body as the client would send it again: ids that references became are new each time.
      const isPlain = step.after.length + step.deferred.length === 0;
      const { documentHash } = isPlain ? body : createOfBody(step.data, context);
      return { ...body, documentHash, ...this.envelope, ...this.idsOf(step.bulkId ?? '') };
    }
    const head = {
      ...this.envelope,
      commandId: this.newId() as CommandId,
      resourceId: this.resourceIdOf(step),
    };
    const ifMatch = versionCondition(step.version);
    const condition = ifMatch === undefined ? {} : { ifMatch };
    switch (step.method) {
      case 'PUT':
        return { ...replaceOfBody(data, context), ...head, ...condition };
      case 'PATCH':
        return { ...patchOfBody(data, context), ...head, ...condition };
      case 'DELETE':
        return { ...commandHead(endpoint, 'delete'), ...head, ...condition };
    }
  }

  private resourceIdOf({ target }: BulkStep): ResourceId {
    if (target === undefined) throw new Error('only a POST has no target');
    return 'id' in target ? existingId(target.id) : this.idsOf(target.bulkId).resourceId;
  }

  private targetOf({ target }: BulkStep, endpoint: Endpoint): { endpoint: Endpoint; id: string } | undefined {
    return target !== undefined && 'id' in target ? { endpoint, id: target.id } : undefined;
  }

  /** The plan has refused whatever refers to nothing. */
  private idsOf(bulkId: string): CreatedIds {
    const ids = this.created.get(bulkId);
    if (ids === undefined) throw new Error('a bulk plan refers to what it does not create');
    return ids;
  }
}

interface Planned {
  readonly item: JobItem;
  readonly refersTo: readonly string[];
}

/** Refusing one operation refuses those that refer to what it was to create, and so on. */
function refuseDependents(planned: readonly Planned[]): readonly JobItem[] {
  const missing = new Set<string>();
  const refused = new Set<Planned>();
  const lose = ({ item }: Planned): void => {
    if (item.method === 'POST' && item.bulkId !== undefined) missing.add(item.bulkId);
  };
  for (const each of planned) if (each.item.kind === 'refused') lose(each);
  for (let before = -1; before < refused.size;) {
    before = refused.size;
    for (const each of planned) {
      if (each.item.kind === 'refused' || refused.has(each)) continue;
      if (!each.refersTo.some((bulkId) => missing.has(bulkId))) continue;
      refused.add(each);
      lose(each);
    }
  }
  return planned.map((each) => {
    const { item } = each;
    if (item.kind === 'refused' || !refused.has(each)) return item;
    const { part, endpoint, ...rest } = item;
    const refusal = new Refusal('unresolved_reference');
    const target = { endpoint, id: part.command.resourceId };
    return { ...rest, kind: 'refused', refusal, ...(item.method === 'POST' ? {} : { target }) };
  });
}

/** Tells each part how many were refused before it. Once they alone are as many as may fail, nothing after them is done. */
function countRefusals(items: readonly JobItem[], failuresMax: number): readonly JobItem[] {
  const counted: JobItem[] = [];
  let refusedBefore = 0;
  for (const item of items) {
    if (refusedBefore >= failuresMax) break;
    if (item.kind === 'refused') refusedBefore += 1;
    counted.push(item.kind === 'refused' ? item : { ...item, part: { ...item.part, refusedBefore } });
  }
  return counted;
}

/** The parts of a job that are to be sent. */
export function partsOf(job: BulkJob): BulkPart[] {
  return job.items.flatMap((item) => (item.kind === 'ready' ? [item.part] : []));
}
