import type { Transaction } from '@muster/persistence';
import type { Incident } from '../../domain/incident.js';
import { SUBJECTS_PER_MAIL_MAX } from './postgres-incident-store.js';

/** What one mail is about. */
export interface CoveredFailures {
  readonly cause: Incident['cause'];
  readonly openedAt: string;
  readonly firstFailureAt: string;
  readonly failureCount: number;
  /** Failures of the whole episode, those of earlier mails among them. */
  readonly episodeFailureCount: number;
  readonly userCount: number;
  readonly groupCount: number;
  /** Resources of types that the tenant registered itself. */
  readonly otherCount: number;
  /** The counts are a lower bound: further names were not kept. */
  readonly countsAreLeast: boolean;
  readonly names: readonly string[];
  readonly detail: string;
  readonly requestId: string;
  readonly traceparents: readonly string[];
}

export interface MailKey {
  readonly tenantId: string;
  readonly incidentId: string;
  readonly sequence: number;
}

/** The first failure is the parent of a mail's span, and a span takes 64 links. */
const TRACEPARENTS_MAX = 65;
const NAMES_MAX = 10;

interface ClosedRow {
  readonly cause: Incident['cause'];
  readonly opened_at: Date;
  readonly failure_count: number;
  readonly mail_failure_count: number;
  readonly mail_subject_count: number;
}

interface SubjectCounts {
  readonly users: number;
  readonly groups: number;
  readonly others: number;
}

interface SubjectRow {
  readonly name: string;
  readonly detail: string;
  readonly request_id: string;
  readonly traceparent: string | null;
  readonly occurred_at: Date;
}

/** Ends the gathering of mails: from its commit on, further failures of the incident are for the next mail. */
export class PostgresCoveredFailures {
  /**
   * Closes a mail and reads what it covers. The lock on the incident that this takes makes every failure fall on one side:
   * it is either counted here or finds the mail closed.
   */
  async close(transaction: Transaction, mail: MailKey): Promise<CoveredFailures> {
    const key = [mail.tenantId, mail.incidentId, mail.sequence];
    const closed = await transaction.query<ClosedRow>(
      'incidents.close-mail',
      `update notifier.incidents set mail_gathering = false
       where tenant_id = $1 and incident_id = $2 and mail_sequence = $3
       returning cause, opened_at, failure_count, mail_failure_count, mail_subject_count`,
      key,
    );
    const [incident] = closed.rows;
    if (incident === undefined) throw new Error('a mail that is due belongs to no incident');
    const [counts, subjects] = await Promise.all([
      transaction.query<SubjectCounts>(
        'incidents.count-subjects',
        `select count(*) filter (where kind = 'user')::integer as users, count(*) filter (where kind = 'group')::integer as groups,
                count(*) filter (where kind = 'resource')::integer as others
         from notifier.incident_subjects where tenant_id = $1 and incident_id = $2 and sequence = $3`,
        key,
      ),
      transaction.query<SubjectRow>(
        'incidents.first-subjects',
        `select name, detail, request_id, traceparent, occurred_at from notifier.incident_subjects
         where tenant_id = $1 and incident_id = $2 and sequence = $3
         order by occurred_at, kind, subject_key limit $4`,
        [...key, TRACEPARENTS_MAX],
      ),
    ]);
    return coveredFailures(incident, counts.rows[0] ?? { users: 0, groups: 0, others: 0 }, subjects.rows);
  }

  /** Closes a mail that nobody is to get. The next failure may try again after `quietMs`, for settings change. */
  abandon(transaction: Transaction, mail: MailKey, quietMs: number): void {
    transaction.write(
      'incidents.abandon-mail',
      `update notifier.incidents set mail_gathering = false, mail_quiet_until = now() + $4 * interval '1 millisecond'
       where tenant_id = $1 and incident_id = $2 and mail_sequence = $3`,
      [mail.tenantId, mail.incidentId, mail.sequence, quietMs],
    );
  }

  /** Forgets the names of the mails before this one: they have been told. */
  forgetEarlier(transaction: Transaction, mail: MailKey): void {
    transaction.write(
      'incidents.forget-subjects',
      `delete from notifier.incident_subjects where tenant_id = $1 and incident_id = $2 and sequence < $3`,
      [mail.tenantId, mail.incidentId, mail.sequence],
    );
  }
}

function coveredFailures(
  incident: ClosedRow,
  counts: SubjectCounts,
  subjects: readonly SubjectRow[],
): CoveredFailures {
  const [first] = subjects;
  if (first === undefined) throw new Error('a mail that is due covers no failure');
  return {
    cause: incident.cause,
    openedAt: incident.opened_at.toISOString(),
    firstFailureAt: first.occurred_at.toISOString(),
    failureCount: incident.mail_failure_count,
    episodeFailureCount: incident.failure_count,
    userCount: counts.users,
    groupCount: counts.groups,
    otherCount: counts.others,
    countsAreLeast: incident.mail_subject_count >= SUBJECTS_PER_MAIL_MAX,
    names: subjects.slice(0, NAMES_MAX).map(({ name }) => name),
    detail: first.detail,
    requestId: first.request_id,
    traceparents: subjects.flatMap(({ traceparent }) => (traceparent === null ? [] : [traceparent])),
  };
}
