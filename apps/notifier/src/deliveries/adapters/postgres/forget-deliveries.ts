import type { Transaction } from '@muster/persistence';

/** Deletes the mails of tenants that were settled before `before`, with their attempts. What is still owed stays. */
export function forgetDeliveries(transaction: Transaction, tenants: readonly string[], before: Date): void {
  transaction.write(
    'deliveries.forget-old',
    `with forgotten as (
       delete from notifier.deliveries where tenant_id = any ($1::uuid[]) and settled_at < $2
       returning tenant_id, incident_id, sequence
     )
     delete from notifier.delivery_attempts a using forgotten f
     where a.tenant_id = f.tenant_id and a.incident_id = f.incident_id and a.sequence = f.sequence`,
    [tenants, before],
  );
}
