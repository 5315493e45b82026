import type { TenantId } from '@muster/contracts';
import type { Session } from '@muster/persistence';
import type { Attempt, DeliveryReport, DeliveryState } from '../../domain/delivery.js';
import type { MailKind } from '../../domain/mail-content.js';

interface ReportRow {
  readonly incident_id: string;
  readonly sequence: number;
  readonly kind: MailKind;
  readonly cause: string;
  readonly grouping_key: string;
  readonly failure_count: number;
  readonly state: DeliveryState;
  readonly reason: string | null;
  readonly recipient: string | null;
  readonly message_id: string | null;
  readonly due_at: Date;
  readonly created_at: Date;
  readonly settled_at: Date | null;
}

interface AttemptRow {
  readonly incident_id: string;
  readonly sequence: number;
  readonly attempted_at: Date;
  readonly duration_ms: number;
  readonly outcome: Attempt['outcome'];
  readonly smtp_code: number | null;
  readonly response: string;
}

/** Two statements, however many mails: the newest mails of a tenant, and all of their attempts. */
export async function listDeliveries(
  session: Session,
  tenantId: TenantId,
  limit: number,
): Promise<readonly DeliveryReport[]> {
  const { rows } = await session.query<ReportRow>(
    'deliveries.list',
    // A mail that is not written yet counts what its incident has gathered for it so far.
    `select d.incident_id, d.sequence, d.kind, i.cause, i.grouping_key,
       coalesce((d.content->>'failureCount')::integer,
         case when i.mail_sequence = d.sequence then i.mail_failure_count end, 0) as failure_count,
       d.state, d.reason, d.recipient, d.message_id, d.due_at, d.created_at, d.settled_at
     from notifier.deliveries d join notifier.incidents i on i.tenant_id = d.tenant_id and i.incident_id = d.incident_id
     where d.tenant_id = $1
     order by d.created_at desc, d.incident_id, d.sequence desc limit $2`,
    [tenantId, limit],
  );
  const attempts = await session.query<AttemptRow>(
    'deliveries.list-attempts',
    `select a.incident_id, a.sequence, a.attempted_at, a.duration_ms, a.outcome, a.smtp_code, a.response
     from notifier.delivery_attempts a
     join unnest($2::uuid[], $3::integer[]) as listed (incident_id, sequence)
       on listed.incident_id = a.incident_id and listed.sequence = a.sequence
     where a.tenant_id = $1
     order by a.attempt_id`,
    [tenantId, rows.map((row) => row.incident_id), rows.map((row) => row.sequence)],
  );
  const byMail = Map.groupBy(attempts.rows, mailOf);
  return rows.map((row) => reportOf(row, byMail.get(mailOf(row)) ?? []));
}

function mailOf(row: { readonly incident_id: string; readonly sequence: number }): string {
  return `${row.incident_id}.${row.sequence}`;
}

function reportOf(row: ReportRow, attempts: readonly AttemptRow[]): DeliveryReport {
  return {
    incidentId: row.incident_id,
    sequence: row.sequence,
    kind: row.kind,
    cause: row.cause,
    groupingKey: row.grouping_key,
    failureCount: row.failure_count,
    state: row.state,
    reason: row.reason,
    recipient: row.recipient,
    messageId: row.message_id,
    dueAt: row.due_at,
    createdAt: row.created_at,
    settledAt: row.settled_at,
    attempts: attempts.map((attempt) => ({
      attemptedAt: attempt.attempted_at,
      durationMs: attempt.duration_ms,
      outcome: attempt.outcome,
      smtpCode: attempt.smtp_code,
      response: attempt.response,
    })),
  };
}
