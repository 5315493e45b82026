import type { TenantId } from '@muster/contracts';
import type { Database, Session, SqlValue, Transaction } from '@muster/persistence';
import type { DeliveryStore, SettledAttempt } from '../../application/ports.js';
import type { ClaimedMail, DeliveryReport, PendingMail } from '../../domain/delivery.js';
import type { CoveredFailures, MailContent, MailKey, MailKind } from '../../domain/mail-content.js';
import type { SuppressionReason } from '../../domain/recipient.js';
import { listDeliveries } from './list-deliveries.js';

/** What a mail is about, as the keeper of the incidents tells it. */
export interface CoverageSource {
  /** Ends the gathering for a mail and reads what it covers, in the given transaction. */
  close(transaction: Transaction, mail: MailKey): Promise<CoveredFailures>;
  /** Ends the gathering for a mail that nobody is to get. */
  abandon(transaction: Transaction, mail: MailKey, quietMs: number): void;
  /** Drops the names of earlier mails of the incident. */
  forgetEarlier(transaction: Transaction, mail: MailKey): void;
}

interface MailRow {
  readonly kind: MailKind;
  readonly content: MailContent | null;
  readonly attempts: number;
  readonly first_attempt_at: Date | null;
}

/** Failures of a tenant that wants no mail are looked at again after this: the setting may have changed. */
const SUPPRESSED_QUIET_MS = 60 * 60_000;

const readText = `select kind, content, attempts, first_attempt_at from notifier.deliveries
  where tenant_id = $1 and incident_id = $2 and sequence = $3 and state = 'scheduled'`;

export class PostgresDeliveryStore implements DeliveryStore {
  constructor(
    private readonly database: Database,
    private readonly coverage: CoverageSource,
  ) {}

  async claimDue(limit: number, leaseMs: number): Promise<readonly ClaimedMail[]> {
    const { rows } = await this.database.query<{
      tenant_id: TenantId;
      incident_id: string;
      sequence: number;
      claim_id: string;
    }>(
      'deliveries.claim',
      `update notifier.delivery_schedule s
       set due_at = now() + $2 * interval '1 millisecond', claim_id = gen_random_uuid()
       from (select tenant_id, incident_id, sequence from notifier.delivery_schedule
             where due_at <= now() order by due_at limit $1 for update skip locked) due
       where s.tenant_id = due.tenant_id and s.incident_id = due.incident_id and s.sequence = due.sequence
       returning s.tenant_id, s.incident_id, s.sequence, s.claim_id`,
      [limit, leaseMs],
    );
    return rows.map((row) => ({
      tenantId: row.tenant_id,
      incidentId: row.incident_id,
      sequence: row.sequence,
      claimId: row.claim_id,
    }));
  }

  async read(mail: ClaimedMail): Promise<PendingMail | null> {
    const { rows } = await this.database.queryTenant<MailRow>(
      mail.tenantId,
      'deliveries.read',
      readText,
      keyOf(mail),
    );
    const [row] = rows;
    return row === undefined ? null : pendingOf(mail, row);
  }

  write(mail: ClaimedMail, tenantName: string): Promise<PendingMail & { readonly content: MailContent }> {
    return this.inTransaction(mail, async (transaction) => {
      const { rows } = await transaction.query<MailRow>(
        'deliveries.lock',
        `${readText} for update`,
        keyOf(mail),
      );
      const [row] = rows;
      if (row === undefined) throw new Error('the mail was settled by another process');
      if (row.content !== null) return { ...pendingOf(mail, row), content: row.content };
      const content = { ...(await this.coverage.close(transaction, mail)), kind: row.kind, tenantName };
      transaction.write(
        'deliveries.write',
        `update notifier.deliveries set content = $4 where tenant_id = $1 and incident_id = $2 and sequence = $3`,
        [...keyOf(mail), JSON.stringify(content)],
      );
      this.coverage.forgetEarlier(transaction, mail);
      return { ...pendingOf(mail, row), content };
    });
  }

  suppress(mail: ClaimedMail, reason: SuppressionReason): Promise<void> {
    return this.inTransaction(mail, async (transaction) => {
      this.coverage.abandon(transaction, mail, SUPPRESSED_QUIET_MS);
      transaction.write(
        'deliveries.suppress',
        `update notifier.deliveries set state = 'suppressed', reason = $4, settled_at = now()
         where tenant_id = $1 and incident_id = $2 and sequence = $3 and state = 'scheduled'`,
        [...keyOf(mail), reason],
      );
      removeFromSchedule(transaction, mail);
    });
  }

  settle(mail: ClaimedMail, settled: SettledAttempt): Promise<void> {
    return this.inTransaction(mail, async (transaction) => {
      const { attempt, next, recipient, messageId } = settled;
      transaction.write(
        'deliveries.add-attempt',
        `insert into notifier.delivery_attempts (tenant_id, incident_id, sequence, attempted_at, duration_ms, outcome,
           smtp_code, response) values ($1, $2, $3, $4, $5, $6, $7, $8)`,
        [
          ...keyOf(mail),
          attempt.attemptedAt,
          attempt.durationMs,
          attempt.outcome,
          attempt.smtpCode,
          attempt.response,
        ],
      );
      transaction.write(
        'deliveries.settle',
        `update notifier.deliveries set state = $4, reason = $5, recipient = $6, message_id = $7, attempts = attempts + 1,
           first_attempt_at = coalesce(first_attempt_at, $8), settled_at = case when $4 = 'scheduled' then null else now() end
         where tenant_id = $1 and incident_id = $2 and sequence = $3 and (state = 'scheduled' or $4 = 'sent')`,
        [
          ...keyOf(mail),
          next.state,
          next.state === 'parked' ? next.reason : null,
          recipient,
          messageId,
          attempt.attemptedAt,
        ],
      );
      if (next.state === 'scheduled') moveInSchedule(transaction, mail, next.delayMs);
      else removeFromSchedule(transaction, mail);
    });
  }

  async postpone(mail: ClaimedMail, delayMs: number): Promise<void> {
    await this.inTransaction(mail, async (transaction) => moveInSchedule(transaction, mail, delayMs));
  }

  async countWaiting(): Promise<number> {
    const { rows } = await this.database.query<{ waiting: number }>(
      'deliveries.count-waiting',
      'select count(*)::integer as waiting from notifier.delivery_schedule',
    );
    return rows[0]?.waiting ?? 0;
  }

  list(tenantId: TenantId, limit: number): Promise<readonly DeliveryReport[]> {
    return this.database.read(tenantId, (session: Session) => listDeliveries(session, tenantId, limit));
  }

  private inTransaction<Result>(
    mail: MailKey,
    work: (transaction: Transaction) => Promise<Result>,
  ): Promise<Result> {
    return this.database.transaction({ tenants: [mail.tenantId] }, work);
  }
}

function keyOf(mail: MailKey): SqlValue[] {
  return [mail.tenantId, mail.incidentId, mail.sequence];
}

function pendingOf({ tenantId, incidentId, sequence }: MailKey, row: MailRow): PendingMail {
  return {
    tenantId,
    incidentId,
    sequence,
    kind: row.kind,
    content: row.content,
    attempts: row.attempts,
    firstAttemptAt: row.first_attempt_at,
  };
}

/** By the database's clock. A process whose lease ended must not move what another one has taken since. */
function moveInSchedule(transaction: Transaction, mail: ClaimedMail, delayMs: number): void {
  transaction.write(
    'deliveries.reschedule',
    `update notifier.delivery_schedule set due_at = now() + $5 * interval '1 millisecond', claim_id = null
     where tenant_id = $1 and incident_id = $2 and sequence = $3 and claim_id = $4`,
    [...keyOf(mail), mail.claimId, delayMs],
  );
}

function removeFromSchedule(transaction: Transaction, mail: MailKey): void {
  transaction.write(
    'deliveries.unschedule',
    'delete from notifier.delivery_schedule where tenant_id = $1 and incident_id = $2 and sequence = $3',
    keyOf(mail),
  );
}
