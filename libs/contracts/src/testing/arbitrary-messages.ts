import fc from 'fast-check';
import {
  groupResourceType,
  parsePatch,
  userResourceType,
  WARNING_KINDS,
  type PatchRequest,
  type ScimDocument,
  type ScimValue,
} from '@muster/scim';
import { causes, type CauseKey } from '../causes/causes.js';
import {
  COMMAND_WARNINGS_MAX,
  resourceKindOf,
  type BulkCommand,
  type Command,
  type CommandType,
  type ResourceKind,
  type VersionCondition,
} from '../commands/commands.js';
import { FACT_MEMBERS_MAX, factTypes, kindOfFact, type Fact, type FactType } from '../facts/facts.js';
import type { ProvisioningFailure } from '../failures/failures.js';
import type { CommandId, ResourceId, TenantId, TokenId } from '../identity/ids.js';
import type { Reply } from '../outcomes/outcome-message.js';
import type { Outcome, StoredResource } from '../outcomes/outcomes.js';
import { parseSchemasDigest, type SchemasDigest } from '../tenancy/tenant-schemas.js';
import { REPLY_PARTITIONS } from '../topics/topics.js';

/** Messages of every kind that the platform may write, for property tests of whoever writes or reads them. */

function id<Id extends string>(): fc.Arbitrary<Id> {
  return fc.uuid({ version: 7 }).map((uuid) => uuid as Id);
}

/** Text as stores and transports hold it: well formed, without NUL. */
const text = fc.string({ unit: 'grapheme', maxLength: 40 }).filter((each) => !each.includes('\0'));
const someText = text.filter((each) => each.length > 0);
const time = fc
  .date({ min: new Date(0), max: new Date('2100-01-01'), noInvalidDate: true })
  .map((date) => date.toISOString());
const version = fc.integer({ min: 1, max: 2 ** 31 - 1 });
const headerText = fc.stringMatching(/^[\x21-\x7e]{1,60}$/);
const traced = fc.option(fc.stringMatching(/^00-[0-9a-f]{32}-[0-9a-f]{16}-0[01]$/), { nil: undefined });

/** Leaves out the properties that are undefined: `exactOptionalPropertyTypes` tells absent from undefined. */
function present<Shape extends object>(shape: Shape): Shape {
  return Object.fromEntries(Object.entries(shape).filter(([, value]) => value !== undefined)) as Shape;
}

const attributeName = fc.oneof(
  fc.stringMatching(/^[a-z][A-Za-z0-9_-]{0,20}$/).filter((name) => !(name in Object.prototype)),
  fc.constantFrom('userName', 'displayName', 'externalId', '$ref'),
  fc.constant('urn:ietf:params:scim:schemas:extension:enterprise:2.0:User'),
);

/** JSON has no negative zero. */
const number = fc
  .oneof(fc.integer(), fc.double({ noNaN: true, noDefaultInfinity: true }))
  .map((each) => (each === 0 ? 0 : each));

const { document } = fc.letrec<{ document: ScimDocument; value: ScimValue }>((tie) => ({
  document: fc.dictionary(attributeName, tie('value'), { maxKeys: 6 }),
  value: fc.oneof(
    { maxDepth: 3, depthSize: 'small' },
    text,
    fc.boolean(),
    number,
    tie('document'),
    fc.array(tie('value'), { maxLength: 4 }),
  ),
}));

export const arbitraryDocument: fc.Arbitrary<ScimDocument> = document;

const userOperation = fc.oneof(
  fc.record({ op: fc.constantFrom('add', 'replace'), path: fc.constant('displayName'), value: someText }),
  fc.record({ op: fc.constant('replace'), path: fc.constant('active'), value: fc.boolean() }),
  fc.record({ op: fc.constant('add'), path: fc.constant('emails[type eq "work"].value'), value: someText }),
  fc.record({ op: fc.constant('add'), value: fc.record({ title: someText, nickName: someText }) }),
  fc.record({
    op: fc.constant('remove'),
    path: fc.constantFrom('title', 'name.givenName', 'phoneNumbers[type eq "work"]'),
  }),
);

const groupOperation = fc.oneof(
  fc.record({ op: fc.constant('replace'), path: fc.constant('displayName'), value: someText }),
  fc.record({
    op: fc.constant('add'),
    path: fc.constant('members'),
    value: fc.array(fc.record({ value: id() }), { minLength: 1, maxLength: 5 }),
  }),
  fc.record({ op: fc.constant('remove'), path: id().map((member) => `members[value eq "${member}"]`) }),
);

/** Whatever the schemas of a tenant may make of a PATCH; those who carry it know its form alone. */
const ownPatch: fc.Arbitrary<PatchRequest> = fc
  .array(
    fc.oneof(
      fc.record({
        op: fc.constantFrom('add' as const, 'replace' as const),
        path: fc.record({ attribute: fc.constantFrom('weight', 'tag') }),
        value: fc.oneof(someText, number, fc.boolean(), fc.array(someText, { maxLength: 3 })),
      }),
      fc.record({
        op: fc.constant('remove' as const),
        path: fc.record({ schema: fc.constant('urn:example:2.0:Site'), attribute: fc.constant('floors') }),
        values: fc.array(number, { minLength: 1, maxLength: 3 }),
      }),
      fc.record({ op: fc.constant('remove' as const), path: fc.record({ attribute: fc.constant('tag') }) }),
    ),
    { minLength: 1, maxLength: 4 },
  )
  .map((operations) => ({ operations }));

function patchOf(kind: ResourceKind): fc.Arbitrary<PatchRequest> {
  if (kind === 'resource') return ownPatch;
  const operation: fc.Arbitrary<object> = kind === 'user' ? userOperation : groupOperation;
  return fc.array(operation, { minLength: 1, maxLength: 4 }).map((operations) => {
    const body = { schemas: ['urn:ietf:params:scim:api:messages:2.0:PatchOp'], Operations: operations };
    const parsed = parsePatch(kind === 'user' ? userResourceType : groupResourceType, body);
    return { operations: parsed.operations };
  });
}

const condition: fc.Arbitrary<VersionCondition> = fc.oneof(
  fc.constant({ kind: 'any' } as const),
  fc.record({ kind: fc.constant('oneOf' as const), versions: fc.array(version, { maxLength: 5 }) }),
);

const digest: fc.Arbitrary<SchemasDigest | undefined> = fc.option(
  fc.stringMatching(/^[0-9a-f]{64}$/).map((text) => parseSchemasDigest(text)!),
  { nil: undefined },
);

const typeName = fc.stringMatching(/^[A-Za-z][A-Za-z0-9_-]{0,63}$/);

const warnings = fc.option(
  fc.array(fc.record({ kind: fc.constantFrom(...WARNING_KINDS), path: text }), {
    minLength: 1,
    maxLength: COMMAND_WARNINGS_MAX,
  }),
  { nil: undefined },
);

const envelope = fc.record({
  commandId: id<CommandId>(),
  tenantId: id<TenantId>(),
  tokenId: id<TokenId>(),
  requestId: headerText,
  resourceId: id<ResourceId>(),
  replyTo: fc.record({
    partition: fc.integer({ min: 0, max: REPLY_PARTITIONS - 1 }),
    instanceId: headerText,
  }),
  deadlineMs: fc.maxSafeNat(),
  traceparent: traced,
  schemas: digest,
});

export function arbitraryCommandOf(type: CommandType): fc.Arbitrary<Command> {
  const ifMatch = fc.option(condition, { nil: undefined });
  const kind = resourceKindOf(type);
  const told = fc.record({ resourceType: kind === 'resource' ? typeName : fc.constant(undefined), warnings });
  const own = {
    create: fc.record({ document, documentHash: fc.stringMatching(/^[0-9a-f]{64}$/) }),
    replace: fc.record({ document, ifMatch }),
    patch: fc.record({ patch: patchOf(kind), ifMatch }),
    delete: fc.record({ ifMatch }),
  }[type.split('.')[1] as 'create' | 'replace' | 'patch' | 'delete'];
  return fc
    .tuple(envelope, told, own)
    .map(([head, more, body]) => present({ type, ...head, ...more, ...body }) as Command);
}

export const commandTypes: readonly CommandType[] = (['user', 'group', 'resource'] as const).flatMap((kind) =>
  (['create', 'replace', 'patch', 'delete'] as const).map((what) => `${kind}.${what}.requested` as const),
);

export const arbitraryCommand: fc.Arbitrary<Command> = fc.oneof(...commandTypes.map(arbitraryCommandOf));

/** A job of a few commands; each needs all those before it. */
export const arbitraryBulkCommand: fc.Arbitrary<BulkCommand> = fc
  .record({
    head: envelope,
    failOnErrors: fc.option(fc.integer({ min: 1, max: 1_000 }), { nil: undefined }),
    commands: fc.uniqueArray(arbitraryCommand, {
      selector: ({ commandId }) => commandId,
      minLength: 1,
      maxLength: 6,
    }),
    refusedBefore: fc.nat({ max: 3 }),
  })
  .map(({ head, failOnErrors, commands, refusedBefore }) => {
    const parts = commands.map((command, index) => ({
      command: present({
        ...command,
        ...head,
        commandId: command.commandId,
        resourceId: command.resourceId,
      } as Command),
      needs: commands.slice(0, index).map(({ commandId }) => commandId),
      refusedBefore,
    }));
    return present({ ...head, type: 'bulk.requested' as const, failOnErrors, parts }) as BulkCommand;
  });

const stored: fc.Arbitrary<StoredResource> = fc
  .record({
    id: id<ResourceId>(),
    version,
    createdAt: time,
    lastModified: time,
    document,
    groups: fc.option(
      fc.array(
        fc.record({
          value: id(),
          display: text,
          type: fc.constantFrom('direct' as const, 'indirect' as const),
        }),
        { maxLength: 4 },
      ),
      { nil: undefined },
    ),
    members: fc.option(
      fc.array(
        fc
          .record({
            value: id(),
            type: fc.constantFrom('User' as const, 'Group' as const),
            display: fc.option(text, { nil: undefined }),
          })
          .map(present),
        { maxLength: 4 },
      ),
      { nil: undefined },
    ),
    managerName: fc.option(text, { nil: undefined }),
  })
  .map((resource) => present(resource) as StoredResource);

const causeKey: fc.Arbitrary<CauseKey> = fc.constantFrom(...causes.keys());

export const arbitraryOutcome: fc.Arbitrary<Outcome> = fc.oneof(
  fc
    .record({
      status: fc.constant('applied' as const),
      resourceId: id<ResourceId>(),
      version,
      changed: fc.boolean(),
      resource: fc.option(stored, { nil: undefined }),
    })
    .map((applied) => present(applied) as Outcome),
  fc.record({ status: fc.constant('rejected' as const), cause: causeKey, detail: text }),
  fc.constantFrom<Outcome[]>({ status: 'cancelled' }, { status: 'expired' }),
);

/** What became of a job: outcomes of single commands, listed. */
export const arbitraryBulkOutcome: fc.Arbitrary<Outcome> = fc
  .record({
    resourceId: id<ResourceId>(),
    results: fc.array(fc.record({ commandId: id<CommandId>(), outcome: arbitraryOutcome }), { maxLength: 4 }),
  })
  .map(({ resourceId, results }) => ({ status: 'applied', resourceId, version: 1, changed: true, results }));

export const arbitraryReply: fc.Arbitrary<Reply> = fc
  .record({
    commandId: id<CommandId>(),
    instanceId: headerText,
    outcome: arbitraryOutcome,
    traceparent: traced,
  })
  .map((reply) => present(reply) as Reply);

const failureKind = fc.oneof(
  fc.record({ resourceKind: fc.constantFrom('user' as const, 'group' as const) }),
  fc.record({ resourceKind: fc.constant('resource' as const), resourceType: typeName }),
);

export const arbitraryFailure: fc.Arbitrary<ProvisioningFailure> = fc
  .record({
    kind: failureKind,
    failureId: id(),
    tenantId: id<TenantId>(),
    cause: causeKey,
    status: fc.integer({ min: 400, max: 599 }),
    scimType: fc.option(fc.constantFrom('invalidValue', 'uniqueness'), { nil: undefined }),
    detail: someText,
    operation: fc.constantFrom(
      'create' as const,
      'replace' as const,
      'patch' as const,
      'delete' as const,
      'bulk' as const,
    ),
    resourceId: fc.option(headerText, { nil: undefined }),
    subject: fc
      .record({ userName: text, displayName: text, externalId: text }, { requiredKeys: [] })
      .map((subject) => present({ ...subject })),
    groupingKey: text,
    requestId: headerText,
    source: fc.constantFrom('gateway' as const, 'directory' as const),
    occurredAt: time,
    traceparent: traced,
  })
  .map(({ kind, ...failure }) => present({ ...failure, ...kind }) as ProvisioningFailure);

/** Attributes that the JSON Schemas say more about than that they are SCIM values. */
const CONSTRAINED = [
  'userName',
  'displayName',
  'externalId',
  'active',
  'name',
  'emails',
  'members',
  'password',
];

function without(document: ScimDocument, names: readonly string[]): ScimDocument {
  return Object.fromEntries(Object.entries(document).filter(([name]) => !names.includes(name)));
}

function factOf(type: FactType): fc.Arbitrary<Fact> {
  const deleted = type.endsWith('.deleted.v1');
  const kind = kindOfFact(type);
  const resource = fc.tuple(document, someText).map(([rest, name]) => ({
    ...without(rest, CONSTRAINED),
    ...(kind === 'resource' ? {} : { [kind === 'user' ? 'userName' : 'displayName']: name }),
  }));
  const ids = fc.array(id<ResourceId>(), { maxLength: Math.min(5, FACT_MEMBERS_MAX) });
  return fc
    .record({
      factId: headerText,
      type: fc.constant(type),
      tenantId: id<TenantId>(),
      resourceId: id<ResourceId>(),
      version,
      parts: fc.integer({ min: 1, max: 3 }),
      occurredAt: time,
      changed: fc.array(someText, { maxLength: 4 }),
      previous: fc.option(document, { nil: undefined }),
      resource: deleted ? fc.constant(null) : resource,
      resourceType: kind === 'resource' ? typeName : fc.constant(undefined),
      members:
        kind !== 'group'
          ? fc.constant(undefined)
          : fc.option(fc.record({ added: ids, removed: ids }), { nil: undefined }),
      cause: fc.record({
        commandId: id<CommandId>(),
        tokenId: id<TokenId>(),
        requestId: headerText,
        operation: fc.constantFrom(
          'create' as const,
          'replace' as const,
          'patch' as const,
          'delete' as const,
        ),
      }),
    })
    .map((fact) => present({ ...fact, part: fact.parts }) as Fact);
}

export const arbitraryFact: fc.Arbitrary<Fact> = fc.oneof(...factTypes.map(factOf));
