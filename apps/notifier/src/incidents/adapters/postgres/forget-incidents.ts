import type { Transaction } from '@muster/persistence';

/** Deletes the incidents and names of tenants that are older than `before` and that no mail refers to any more. */
export function forgetIncidents(transaction: Transaction, tenants: readonly string[], before: Date): void {
  transaction.write(
    'incidents.forget-old-subjects',
    // A mail that is still to be written needs its names, however old they are.
    `delete from notifier.incident_subjects s using notifier.incidents i
     where s.tenant_id = any ($1::uuid[]) and s.occurred_at < $2
       and i.tenant_id = s.tenant_id and i.incident_id = s.incident_id
       and not (i.mail_gathering and i.mail_sequence = s.sequence)`,
    [tenants, before],
  );
  transaction.write(
    'incidents.forget-old',
    `delete from notifier.incidents i
     where i.tenant_id = any ($1::uuid[]) and i.last_failure_at < $2 and not i.mail_gathering
       and not exists (select from notifier.deliveries d where d.tenant_id = i.tenant_id and d.incident_id = i.incident_id)`,
    [tenants, before],
  );
}
