/**
 * A tenant's rules of uniqueness hold still while a batch applies its commands: the batch shares this lock before it reads
 * them, and whoever changes them has it alone. Without it a batch could read the old rule, and commit a value after the
 * change had looked for values. An advisory lock, since a lock on the tenant's row would write that row for every batch.
 */
const lockKey = (tenantId: string): string => `hashtextextended(${tenantId}::text, 7601)`;

/** `$1` are tenant ids. To be sent before the rules are read, and as a statement of its own: a statement sees what was there when it began. */
export const SHARE_TENANT_RULES = `
  select pg_advisory_xact_lock_shared(${lockKey('t.tenant_id')})
  from (select unnest($1::uuid[]) as tenant_id order by 1) t`;

/** `$1` is the tenant. Waits for batches under way; those that come wait for the end of the transaction. */
export const OWN_TENANT_RULES = `select pg_advisory_xact_lock(${lockKey('$1::uuid')})`;
