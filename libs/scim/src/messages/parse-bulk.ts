import { isRawObject, readField, type RawObject } from '../document/raw-object.js';
import {
  conflict,
  invalidPath,
  invalidSyntax,
  invalidValue,
  payloadTooLarge,
  type ScimError,
} from '../errors/scim-error.js';
import { type ResourceType } from '../schema/resource-type.js';
import { bulkReferencesIn } from './bulk-references.js';

export interface BulkLimits {
  readonly operationsMax: number;
}

export type BulkMethod = 'POST' | 'PUT' | 'PATCH' | 'DELETE';

/** A resource that is there, or one that an operation of the same request creates. */
export type BulkTarget = { readonly id: string } | { readonly bulkId: string };

/** One operation of a bulk request, RFC 7644 s3.7, or the reason why it cannot be one. */
export type BulkOperation = BulkStep | RefusedBulkOperation;

export interface BulkStep {
  readonly kind: 'step';
  /** Place in the request, from 0; the response keeps the order of the request. */
  readonly index: number;
  readonly method: BulkMethod;
  readonly bulkId?: string;
  /** As the client wrote it, an entity tag. */
  readonly version?: string;
  readonly resourceType: ResourceType;
  /** What the operation is on; absent for POST. */
  readonly target?: BulkTarget;
  /** Unparsed; absent for DELETE. */
  readonly data?: unknown;
  /** Resources that must have been created before. */
  readonly after: readonly string[];
  /**
   * Resources it refers to that are created later, because both refer to each other: create it without these references
   * and set them when the ids are known.
   */
  readonly deferred: readonly string[];
}

export interface RefusedBulkOperation {
  readonly kind: 'refused';
  readonly index: number;
  readonly method?: BulkMethod;
  readonly bulkId?: string;
  /** Where the path is that of resources or of one of them. */
  readonly resourceType?: ResourceType;
  readonly target?: BulkTarget;
  readonly error: ScimError;
}

export interface BulkPlan {
  /** Stop after so many failed operations; without it, go on whatever fails. */
  readonly failOnErrors?: number;
  /** In the order in which they are to be done; each after what it refers to. */
  readonly operations: readonly BulkOperation[];
}

/**
 * Parses a bulk request into a plan, RFC 7644 s3.7. Operations keep their order unless one refers, by `bulkId:`, to a
 * resource that a later one creates: then the later one comes first. References in a circle are cut at the earliest
 * operation of it, which gets them in `deferred`.
 *
 * Throws for the request as a whole: 400 `invalidSyntax`, 413 above `operationsMax`. What is wrong with one operation
 * (unknown endpoint, missing or repeated `bulkId`, a reference to nothing) is in its place in the plan.
 */
export function parseBulk(
  body: unknown,
  limits: BulkLimits,
  resourceTypes: readonly ResourceType[],
): BulkPlan {
  if (!isRawObject(body)) throw invalidSyntax('The body is not a JSON object.');
  const operations: unknown = readField(body, 'Operations');
  if (!Array.isArray(operations)) throw invalidSyntax('Operations is not a list.');
  if (operations.length > limits.operationsMax) {
    throw payloadTooLarge(`The request has more than ${limits.operationsMax} operations.`);
  }
  const failOnErrors = readFailOnErrors(readField(body, 'failOnErrors'));
  const read = refuseRepeated(operations.map((raw, index) => readOperation(raw, index, resourceTypes)));
  return {
    ...(failOnErrors === undefined ? {} : { failOnErrors }),
    operations: orderOperations(cutCircles(refuseDangling(read))),
  };
}

function readFailOnErrors(raw: unknown): number | undefined {
  if (raw === undefined || raw === null) return undefined;
  if (typeof raw === 'number' && Number.isInteger(raw) && raw >= 1) return raw;
  throw invalidSyntax('failOnErrors is not a whole number from 1.');
}

function readOperation(raw: unknown, index: number, resourceTypes: readonly ResourceType[]): BulkOperation {
  if (!isRawObject(raw))
    return { kind: 'refused', index, error: invalidSyntax('The operation is not an object.') };
  const method = readMethod(readField(raw, 'method'));
  const bulkId = readText(readField(raw, 'bulkId'));
  const place = readPath(readField(raw, 'path'), resourceTypes);
  const known = {
    index,
    ...place,
    ...(method === undefined ? {} : { method }),
    ...(bulkId === undefined ? {} : { bulkId }),
  };
  if (method === undefined)
    return { kind: 'refused', ...known, error: invalidSyntax('The method is not supported.') };
  const step = readStep(raw, index, method, bulkId, place);
  return 'status' in step ? { kind: 'refused', ...known, error: step } : step;
}

function readStep(
  raw: RawObject,
  index: number,
  method: BulkMethod,
  bulkId: string | undefined,
  place: Place | undefined,
): BulkStep | ScimError {
  if (place === undefined) return invalidPath('The path is not that of a resource.');
  if ((method === 'POST') !== (place.target === undefined))
    return invalidPath(`The path does not suit ${method}.`);
  if (method === 'POST' && bulkId === undefined) return invalidValue('A POST has no bulkId.');
  const data = readField(raw, 'data');
  if (method !== 'DELETE' && !isRawObject(data)) return invalidSyntax('The data is not an object.');
  const version = readText(readField(raw, 'version'));
  const inPath = place.target !== undefined && 'bulkId' in place.target ? [place.target.bulkId] : [];
  return {
    kind: 'step',
    index,
    method,
    ...(bulkId === undefined ? {} : { bulkId }),
    ...(version === undefined ? {} : { version }),
    ...place,
    ...(method === 'DELETE' ? {} : { data }),
    after: [...new Set([...inPath, ...bulkReferencesIn(data)])].filter((each) => each !== bulkId),
    deferred: bulkId !== undefined && bulkReferencesIn(data).has(bulkId) ? [bulkId] : [],
  };
}

function readMethod(raw: unknown): BulkMethod | undefined {
  const method = typeof raw === 'string' ? raw.toUpperCase() : undefined;
  return method === 'POST' || method === 'PUT' || method === 'PATCH' || method === 'DELETE'
    ? method
    : undefined;
}

const BULK_ID_LENGTH_MAX = 256;

function readText(raw: unknown): string | undefined {
  return typeof raw === 'string' && raw !== '' && raw.length <= BULK_ID_LENGTH_MAX ? raw : undefined;
}

type Place = Pick<BulkStep, 'resourceType' | 'target'>;

function readPath(raw: unknown, resourceTypes: readonly ResourceType[]): Place | undefined {
  if (typeof raw !== 'string' || raw.length > 1024) return undefined;
  const [before, endpoint, id, ...rest] = raw.split('/');
  const resourceType = resourceTypes.find((each) => each.endpoint === `/${endpoint}`);
  if (before !== '' || rest.length > 0 || resourceType === undefined) return undefined;
  if (id === undefined) return { resourceType };
  if (id === '') return undefined;
  return { resourceType, target: id.startsWith('bulkId:') ? { bulkId: id.slice(7) } : { id } };
}

function refuseRepeated(operations: readonly BulkOperation[]): readonly BulkOperation[] {
  const seen = new Set<string>();
  return operations.map((operation) => {
    if (operation.kind === 'refused' || operation.method !== 'POST' || operation.bulkId === undefined)
      return operation;
    if (seen.has(operation.bulkId))
      return refuse(operation, invalidValue('The bulkId is that of an earlier operation.'));
    seen.add(operation.bulkId);
    return operation;
  });
}

/** Refusing one operation leaves those that refer to it without their target, and so on. */
function refuseDangling(operations: readonly BulkOperation[]): readonly BulkOperation[] {
  const created = new Set(
    operations.flatMap((each) => (each.kind === 'step' && each.method === 'POST' ? [each.bulkId] : [])),
  );
  const checked = operations.map((operation) =>
    operation.kind === 'step' && operation.after.some((bulkId) => !created.has(bulkId))
      ? refuse(operation, conflict('The operation refers to a bulkId that no other operation creates.'))
      : operation,
  );
  const isSettled = checked.every((operation, position) => operation === operations[position]);
  return isSettled ? checked : refuseDangling(checked);
}

function refuse(step: BulkStep, error: ScimError): RefusedBulkOperation {
  const { index, method, bulkId, resourceType, target } = step;
  return {
    kind: 'refused',
    index,
    method,
    ...(bulkId === undefined ? {} : { bulkId }),
    resourceType,
    ...(target === undefined ? {} : { target }),
    error,
  };
}

/** In their order, each after what it refers to: what a later operation creates is created right before the first that needs it. */
function orderOperations(operations: readonly BulkOperation[]): readonly BulkOperation[] {
  const creations = new Map(
    operations.flatMap((each) =>
      each.kind === 'step' && each.method === 'POST' ? [[each.bulkId!, each] as const] : [],
    ),
  );
  const ordered = new Set<BulkOperation>();
  for (const operation of operations) {
    const open = [operation];
    for (let next = open.at(-1); next !== undefined; next = open.at(-1)) {
      const after = next.kind === 'step' && !ordered.has(next) ? next.after : [];
      const missing = after.map((bulkId) => creations.get(bulkId)!).filter((each) => !ordered.has(each));
      if (missing.length > 0) open.push(...missing.toReversed());
      else ordered.add(open.pop()!);
    }
  }
  return [...ordered];
}

/** The operations as they came, but no creations that wait for each other. */
function cutCircles(operations: readonly BulkOperation[]): readonly BulkOperation[] {
  const settled: BulkOperation[] = [];
  const open = new OpenReferences(operations);
  let waiting = operations;
  while (waiting.length > 0) {
    const blocked: BulkOperation[] = [];
    for (const operation of waiting) {
      if (open.has(operation)) {
        blocked.push(operation);
        continue;
      }
      settled.push(operation);
      if (operation.kind === 'step' && operation.method === 'POST') open.settle(operation.bulkId!);
    }
    waiting = blocked.length === waiting.length ? cutCircle(blocked, open) : blocked;
  }
  return settled.toSorted((a, b) => a.index - b.index);
}

/** Which references still wait for a creation, counted: a thousand operations may be blocked a thousand times. */
class OpenReferences {
  private readonly done = new Set<string>();
  private readonly counts = new Map<number, number>();
  private readonly referring = new Map<string, number[]>();

  constructor(operations: readonly BulkOperation[]) {
    for (const operation of operations) {
      if (operation.kind === 'refused') continue;
      this.counts.set(operation.index, operation.after.length);
      for (const bulkId of operation.after) {
        const referring = this.referring.get(bulkId);
        if (referring === undefined) this.referring.set(bulkId, [operation.index]);
        else referring.push(operation.index);
      }
    }
  }

  has({ index }: BulkOperation): boolean {
    return (this.counts.get(index) ?? 0) > 0;
  }

  to(bulkId: string): boolean {
    return !this.done.has(bulkId);
  }

  /** The resource is created: nobody waits for it any more. */
  settle(bulkId: string): void {
    this.done.add(bulkId);
    for (const index of this.referring.get(bulkId) ?? [])
      this.counts.set(index, (this.counts.get(index) ?? 0) - 1);
  }

  /** The operation no longer waits for what it refers to. */
  release({ index }: BulkOperation): void {
    this.counts.set(index, 0);
  }
}

/** All wait for a creation that waits itself, so some creations wait for each other: the earliest of these stops. */
function cutCircle(blocked: readonly BulkOperation[], open: OpenReferences): readonly BulkOperation[] {
  const creations = new Map(
    blocked.flatMap((each) =>
      each.kind === 'step' && each.method === 'POST' ? [[each.bulkId!, each] as const] : [],
    ),
  );
  const trail = new Set<BulkStep>();
  let step = creations.values().next().value!;
  while (!trail.has(step)) {
    trail.add(step);
    step = creations.get(step.after.find((bulkId) => open.to(bulkId))!)!;
  }
  const walked = [...trail];
  const circle = walked.slice(walked.indexOf(step));
  const earliest = circle.reduce((first, each) => (each.index < first.index ? each : first));
  open.release(earliest);
  return blocked.map((each) =>
    each !== earliest
      ? each
      : {
          ...earliest,
          after: earliest.after.filter((bulkId) => !open.to(bulkId)),
          deferred: [...earliest.deferred, ...earliest.after.filter((bulkId) => open.to(bulkId))],
        },
  );
}
