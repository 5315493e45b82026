import type { Transaction } from '@muster/persistence';
import type { MailKey, MailKind } from '../../domain/mail-content.js';

/** A mail that is owed from `dueAt` on. */
export interface QueuedMail extends MailKey {
  readonly kind: MailKind;
  readonly dueAt: Date;
}

/** Puts mails where the delivery loop of some notifier finds them, in the transaction of whoever owes them. */
export class PostgresMailQueue {
  add(transaction: Transaction, mails: readonly QueuedMail[]): void {
    if (mails.length === 0) return;
    const tenants = mails.map((mail) => mail.tenantId);
    transaction.write(
      'deliveries.remember-tenants',
      // In one order for everybody, as two batches may meet at the same new tenants.
      `insert into notifier.mailed_tenants (tenant_id)
       select distinct tenant_id from unnest($1::uuid[]) as mailed (tenant_id) order by tenant_id
       on conflict do nothing`,
      [tenants],
    );
    const incidents = mails.map((mail) => mail.incidentId);
    const sequences = mails.map((mail) => mail.sequence);
    const dueTimes = mails.map((mail) => mail.dueAt);
    transaction.write(
      'deliveries.queue',
      `insert into notifier.deliveries (tenant_id, incident_id, sequence, kind, due_at)
       select * from unnest($1::uuid[], $2::uuid[], $3::integer[], $4::text[], $5::timestamptz[])`,
      [tenants, incidents, sequences, mails.map((mail) => mail.kind), dueTimes],
    );
    transaction.write(
      'deliveries.schedule',
      `insert into notifier.delivery_schedule (tenant_id, incident_id, sequence, due_at)
       select * from unnest($1::uuid[], $2::uuid[], $3::integer[], $4::timestamptz[])`,
      [tenants, incidents, sequences, dueTimes],
    );
  }
}
