import {
  factKey,
  type CauseKey,
  type Outcome,
  type ProvisioningFailure,
  type TenantId,
} from '@muster/contracts';
import type { Transaction } from '@muster/persistence';
import { foldCase, normaliseUnique, type ScimDocument } from '@muster/scim';
import type { BatchEffects, UserWrite } from '../../application/batch-transaction.js';
import { keyHash } from '../../../outbox/application/key-hash.js';
import { writeWarnings } from './claim-commands.js';
import { columns, refColumns, textOf } from './columns.js';
import { deleteRows } from './delete-rows.js';
import { writeFormerUsers } from './former-users.js';
import { writeGroups, writeMembers } from './write-groups.js';
import { writeResources } from './write-resources.js';

/**
 * Writes the net effects of a batch, each kind with one statement, whatever the number of its rows. Nothing is awaited: the
 * statements travel together with the commit, which fails if one of them does.
 */
export function writeEffects(tx: Transaction, effects: BatchEffects): void {
  writeUsers(tx, effects);
  writeGroups(tx, effects);
  writeResources(tx, effects);
  writeMembers(tx, effects);
  writeNames(tx, effects);
  writeFormerUsers(tx, effects);
  writeCounters(tx, effects);
  writeOutcomes(tx, effects);
  writeWarnings(tx, effects);
  writeOutbox(tx, effects);
}

function writeUsers(tx: Transaction, effects: BatchEffects): void {
  const { usersInserted, usersUpdated, usersDeleted } = effects;
  if (usersInserted.length > 0) {
    tx.write(
      'insert users',
      `insert into directory.users
         (tenant_id, id, version, user_name_key, external_id, active, document, created_at, last_modified, created_by)
       select t.tenant_id, t.id, t.version, t.user_name_key, t.external_id, t.active, t.document,
              to_timestamp(t.created_ms / 1000), to_timestamp(t.modified_ms / 1000), t.created_by
       from unnest($1::uuid[], $2::uuid[], $3::int[], $4::text[], $5::text[], $6::boolean[], $7::jsonb[], $8::float8[], $9::float8[], $10::uuid[])
         with ordinality as t(tenant_id, id, version, user_name_key, external_id, active, document, created_ms, modified_ms, created_by, at)
       order by t.at`,
      columns(usersInserted, [
        ...userColumns,
        (user) => user.state.createdAtMs,
        (user) => user.state.lastModifiedMs,
        (user) => user.state.createdBy,
      ]),
    );
  }
  if (usersUpdated.length > 0) {
    tx.write(
      'update users',
      `update directory.users u
       set version = t.version, user_name_key = t.user_name_key, external_id = t.external_id, active = t.active,
           document = t.document, last_modified = to_timestamp(t.modified_ms / 1000)
       from unnest($1::uuid[], $2::uuid[], $3::int[], $4::text[], $5::text[], $6::boolean[], $7::jsonb[], $8::float8[])
         as t(tenant_id, id, version, user_name_key, external_id, active, document, modified_ms)
       where u.tenant_id = t.tenant_id and u.id = t.id`,
      columns(usersUpdated, [...userColumns, (user) => user.state.lastModifiedMs]),
    );
  }
  writeEmails(tx, effects);
  deleteRows(tx, 'users', usersDeleted);
  if (effects.createdByRenewed.length > 0) renewCreatedBy(tx, effects);
}

const userColumns = [
  (user: UserWrite) => user.tenantId,
  (user: UserWrite) => user.state.id,
  (user: UserWrite) => user.state.version,
  (user: UserWrite) => normaliseUnique('userName', textOf(user.state.document.userName) ?? ''),
  (user: UserWrite) => textOf(user.state.document.externalId),
  (user: UserWrite) => user.state.document.active !== false,
  (user: UserWrite) => JSON.stringify(user.state.document),
] as const;

/** `emails` is a join attribute of connectors, so its values have rows of their own with an index. */
function writeEmails(tx: Transaction, { usersInserted, usersUpdated, usersDeleted }: BatchEffects): void {
  const changed = usersUpdated.filter((user) => user.emailsChanged);
  const stale = [...changed.map((user) => ({ tenantId: user.tenantId, id: user.state.id })), ...usersDeleted];
  if (stale.length > 0) {
    tx.write(
      'delete e-mail values',
      `delete from directory.user_emails e using unnest($1::uuid[], $2::uuid[]) as t(tenant_id, user_id)
       where e.tenant_id = t.tenant_id and e.user_id = t.user_id`,
      columns(stale, refColumns),
    );
  }
  const emails = [...usersInserted, ...changed].flatMap(emailRows);
  if (emails.length === 0) return;
  tx.write(
    'insert e-mail values',
    `insert into directory.user_emails (tenant_id, user_id, ordinal, value_key, type_key)
     select * from unnest($1::uuid[], $2::uuid[], $3::smallint[], $4::text[], $5::text[])`,
    columns(emails, [
      (row) => row.tenantId,
      (row) => row.userId,
      (row) => row.ordinal,
      (row) => row.valueKey,
      (row) => row.typeKey,
    ]),
  );
}

function emailRows({ tenantId, state }: UserWrite) {
  const emails = Array.isArray(state.document.emails)
    ? (state.document.emails as readonly ScimDocument[])
    : [];
  return emails.flatMap((email, ordinal) => {
    const value = textOf(email.value);
    if (value === null) return [];
    const type = textOf(email.type);
    return [
      {
        tenantId,
        userId: state.id,
        ordinal,
        valueKey: foldCase(value),
        typeKey: type === null ? null : foldCase(type),
      },
    ];
  });
}

function renewCreatedBy(tx: Transaction, { createdByRenewed }: BatchEffects): void {
  for (const table of ['users', 'groups', 'resources'] as const) {
    tx.write(
      `renew creator of ${table}`,
      `update directory.${table} r set created_by = t.created_by
       from unnest($1::uuid[], $2::uuid[], $3::uuid[]) as t(tenant_id, id, created_by)
       where r.tenant_id = t.tenant_id and r.id = t.id and r.version = 1`,
      columns(createdByRenewed, [
        (each) => each.ref.tenantId,
        (each) => each.ref.id,
        (each) => each.createdBy,
      ]),
    );
  }
}

function writeNames(tx: Transaction, { namesReleased, namesTaken }: BatchEffects): void {
  if (namesReleased.length > 0) {
    tx.write(
      'release names',
      `delete from directory.unique_values u using unnest($1::uuid[], $2::text[], $3::text[]) as t(tenant_id, kind, value)
       where u.tenant_id = t.tenant_id and u.kind = t.kind and u.value = t.value`,
      columns(namesReleased, [(each) => each.tenantId, (each) => each.name.kind, (each) => each.name.value]),
    );
  }
  const picks = [
    (each: BatchEffects['namesTaken'][number]) => each.tenantId,
    (each: BatchEffects['namesTaken'][number]) => each.name.kind,
    (each: BatchEffects['namesTaken'][number]) => each.name.value,
    (each: BatchEffects['namesTaken'][number]) => each.resourceId,
  ] as const;
  const reserved = namesTaken.filter((each) => each.reserved);
  if (reserved.length > 0) {
    tx.write(
      'hand over names',
      `update directory.unique_values u set resource_id = t.resource_id
       from unnest($1::uuid[], $2::text[], $3::text[], $4::uuid[]) as t(tenant_id, kind, value, resource_id)
       where u.tenant_id = t.tenant_id and u.kind = t.kind and u.value = t.value`,
      columns(reserved, picks),
    );
  }
  const fresh = namesTaken.filter((each) => !each.reserved);
  if (fresh.length > 0) {
    tx.write(
      'take names',
      `insert into directory.unique_values (tenant_id, kind, value, resource_id)
       select * from unnest($1::uuid[], $2::text[], $3::text[], $4::uuid[])`,
      columns(fresh, picks),
    );
  }
}

/** Rows that one count is spread over, so that batches of several processes seldom wait for each other. */
const COUNTER_SHARDS = 16;
type CounterKind = 'user' | 'group' | `type:${string}`;
const ownShard = process.pid % COUNTER_SHARDS;

function writeCounters(tx: Transaction, effects: BatchEffects): void {
  const deltas = new Map<string, { tenantId: TenantId; kind: CounterKind; delta: number }>();
  const count = (tenantId: TenantId, kind: CounterKind, by: number): void => {
    const entry = deltas.get(`${tenantId} ${kind}`) ?? { tenantId, kind, delta: 0 };
    entry.delta += by;
    deltas.set(`${tenantId} ${kind}`, entry);
  };
  for (const { tenantId } of effects.usersInserted) count(tenantId, 'user', 1);
  for (const { tenantId } of effects.usersDeleted) count(tenantId, 'user', -1);
  for (const { tenantId } of effects.groupsInserted) count(tenantId, 'group', 1);
  for (const { tenantId } of effects.groupsDeleted) count(tenantId, 'group', -1);
  for (const { tenantId, state } of effects.resourcesInserted) count(tenantId, `type:${state.type}`, 1);
  for (const { tenantId, type } of effects.resourcesDeleted) count(tenantId, `type:${type}`, -1);
  const rows = [...deltas.values()].filter((entry) => entry.delta !== 0);
  if (rows.length === 0) return;
  tx.write(
    'count resources',
    `insert into directory.resource_counters as c (tenant_id, kind, shard, count)
     select t.tenant_id, t.kind, $4, t.delta from unnest($1::uuid[], $2::text[], $3::bigint[]) as t(tenant_id, kind, delta)
     order by t.tenant_id, t.kind
     on conflict (tenant_id, kind, shard) do update set count = c.count + excluded.count`,
    [...columns(rows, [(row) => row.tenantId, (row) => row.kind, (row) => row.delta]), ownShard],
  );
}

function writeOutcomes(tx: Transaction, { outcomes, nowMs }: BatchEffects): void {
  if (outcomes.length === 0) return;
  tx.write(
    'write outcomes',
    `update directory.operations o
     set state = t.state, cause = t.cause, detail = t.detail, version = t.version, changed = t.changed,
         resource_id = t.resource_id, decided_at = to_timestamp($8::float8 / 1000)
     from unnest($1::uuid[], $2::text[], $3::text[], $4::text[], $5::int[], $6::boolean[], $7::uuid[])
       as t(id, state, cause, detail, version, changed, resource_id)
     where o.id = t.id`,
    [
      ...columns(outcomes, [
        ({ queued }) => queued.command.commandId,
        ({ outcome }) => outcome.status,
        ({ outcome }) => causeOfNoEffect(outcome),
        ({ outcome }) => (outcome.status === 'rejected' ? outcome.detail : null),
        ({ outcome }) => (outcome.status === 'applied' ? outcome.version : null),
        ({ outcome }) => (outcome.status === 'applied' ? outcome.changed : null),
        ({ queued, outcome }) =>
          outcome.status === 'applied' ? outcome.resourceId : queued.command.resourceId,
      ]),
      nowMs,
    ],
  );
}

/** Null exactly where the command was applied: by that the activity finds what was not. */
function causeOfNoEffect(outcome: Outcome): CauseKey | null {
  if (outcome.status === 'applied') return null;
  return outcome.status === 'rejected' ? outcome.cause : 'not_applied_in_time';
}

/** One row per fact, in the order of the decisions: per resource that is the order of its versions. */
function writeOutbox(tx: Transaction, { facts, failures, nowMs }: BatchEffects): void {
  const rows = [
    ...facts.map(({ fact, traceparent }) => ({
      key: factKey(fact),
      tenantId: fact.tenantId,
      kind: 'fact',
      payload: JSON.stringify(fact),
      traceparent,
    })),
    ...failures.map((failure: ProvisioningFailure) => ({
      key: `${failure.tenantId}:${failure.resourceId ?? failure.requestId}`,
      tenantId: failure.tenantId,
      kind: 'failure',
      payload: JSON.stringify(failure),
      traceparent: failure.traceparent ?? null,
    })),
  ];
  if (rows.length === 0) return;
  tx.write(
    'append to outbox',
    `insert into directory.outbox (key_hash, tenant_id, kind, payload, traceparent, created_at)
     select t.key_hash, t.tenant_id, t.kind, t.payload, t.traceparent, to_timestamp($6::float8 / 1000)
     from unnest($1::int[], $2::uuid[], $3::text[], $4::text[], $5::text[])
       with ordinality as t(key_hash, tenant_id, kind, payload, traceparent, at)
     order by t.at`,
    [
      ...columns(rows, [
        (row) => keyHash(row.key),
        (row) => row.tenantId,
        (row) => row.kind,
        (row) => row.payload,
        (row) => row.traceparent,
      ]),
      nowMs,
    ],
  );
}
