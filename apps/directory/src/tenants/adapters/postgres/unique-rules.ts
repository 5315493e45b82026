import type { TenantId, TenantSettings } from '@muster/contracts';
import type { Transaction } from '@muster/persistence';
import { TenantError } from '../../domain/tenant-error.js';
import { OWN_TENANT_RULES } from './tenant-rules-lock.js';

interface UniqueRule {
  readonly setting: 'groupDisplayNameUnique' | 'externalIdUnique';
  readonly table: 'users' | 'groups' | 'resources';
  /** The kind of a value in `unique_values`, as an expression over the resource `r`. */
  readonly kind: string;
  /** The values that the rule is about, as a condition on `unique_values`. */
  readonly values: string;
  /** Holds the value as it is compared. */
  readonly column: 'display_name_key' | 'external_id';
  readonly attribute: string;
}

const rules: readonly UniqueRule[] = [
  {
    setting: 'groupDisplayNameUnique',
    table: 'groups',
    kind: `'group.displayName'`,
    values: `kind = 'group.displayName'`,
    column: 'display_name_key',
    attribute: 'displayName',
  },
  {
    setting: 'externalIdUnique',
    table: 'users',
    kind: `'user.externalId'`,
    values: `kind = 'user.externalId'`,
    column: 'external_id',
    attribute: 'externalId',
  },
  {
    setting: 'externalIdUnique',
    table: 'groups',
    kind: `'group.externalId'`,
    values: `kind = 'group.externalId'`,
    column: 'external_id',
    attribute: 'externalId',
  },
  {
    setting: 'externalIdUnique',
    table: 'resources',
    kind: `'type:' || r.type || '.externalId'`,
    // Neither a name of a type nor the URN of an extension before an attribute has such an end.
    values: `kind like 'type:%.externalId'`,
    column: 'external_id',
    attribute: 'externalId',
  },
];

const DUPLICATES_SHOWN_MAX = 10;
const VALUE_SHOWN_LENGTH_MAX = 100;

/**
 * Makes `unique_values` say what the new settings ask for, in the transaction that changes them: the values that the tenant
 * has already are entered for a rule that is turned on and removed for one that is turned off. No batch of the tenant runs
 * meanwhile. Takes time with the number of resources, within the statement timeout.
 *
 * @throws TenantError `values_not_unique` with the values that stand in the way; then nothing has changed.
 */
export async function switchUniqueRules(
  transaction: Transaction,
  tenantId: TenantId,
  before: TenantSettings,
  after: TenantSettings,
): Promise<void> {
  const switched = rules.filter(({ setting }) => before[setting] !== after[setting]);
  if (switched.length === 0) return;
  await transaction.query('tenants.own-rules', OWN_TENANT_RULES, [tenantId]);
  for (const rule of switched) {
    await transaction.query(
      `unique-values.clear-${rule.table}-${rule.attribute}`,
      `delete from directory.unique_values where tenant_id = $1 and ${rule.values}`,
      [tenantId],
    );
    if (!after[rule.setting]) continue;
    await refuseDuplicates(transaction, tenantId, rule);
    await transaction.query(
      `unique-values.enter-${rule.table}-${rule.attribute}`,
      `insert into directory.unique_values (tenant_id, kind, value, resource_id)
       select r.tenant_id, ${rule.kind}, r.${rule.column}, r.id from directory.${rule.table} r
       where r.tenant_id = $1 and r.${rule.column} is not null order by r.${rule.column}`,
      [tenantId],
    );
  }
}

/** Turning `softDeleteUsers` off forgets whoever was kept: from then on nobody comes back. */
export async function forgetFormerUsers(transaction: Transaction, tenantId: TenantId): Promise<void> {
  await transaction.query('tenants.own-rules', OWN_TENANT_RULES, [tenantId]);
  await transaction.query('former-users.forget', 'delete from directory.former_users where tenant_id = $1', [
    tenantId,
  ]);
}

async function refuseDuplicates(
  transaction: Transaction,
  tenantId: TenantId,
  { table, column, attribute }: UniqueRule,
): Promise<void> {
  const { rows } = await transaction.query<{ value: string; holders: number }>(
    `unique-values.duplicates-${table}-${attribute}`,
    `select r.${column} as value, count(*) as holders from directory.${table} r
     where r.tenant_id = $1 and r.${column} is not null
     group by ${table === 'resources' ? 'r.type, ' : ''}r.${column} having count(*) > 1 order by 2 desc, 1 limit ${DUPLICATES_SHOWN_MAX + 1}`,
    [tenantId],
  );
  if (rows.length === 0) return;
  const shown = rows
    .slice(0, DUPLICATES_SHOWN_MAX)
    .map(({ value, holders }) => `"${value.slice(0, VALUE_SHOWN_LENGTH_MAX)}" (${holders} ${table})`);
  const more = rows.length > DUPLICATES_SHOWN_MAX ? ' and others' : '';
  throw new TenantError(
    'values_not_unique',
    `The same ${attribute} is there more than once: ${shown.join(', ')}${more}. Change or delete all but one of each, then turn the rule on.`,
  );
}
