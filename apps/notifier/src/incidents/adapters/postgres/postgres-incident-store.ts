import { setTimeout as delay } from 'node:timers/promises';
import { DatabaseError, Inbox, isRetryable, type Database, type Transaction } from '@muster/persistence';
import type { IncidentChanges, IncidentStore, IncidentUnit } from '../../application/incident-store.js';
import type { FailureGroup, Incident, ScheduledMail } from '../../domain/incident.js';

/** Where mails wait until they are due. */
export interface MailQueue {
  /** Adds mails in the given transaction; they exist when it commits. */
  add(transaction: Transaction, mails: readonly ScheduledMail[]): void;
}

/** Names kept per mail; a mail that would name more says "at least". */
export const SUBJECTS_PER_MAIL_MAX = 10_000;

const ATTEMPTS_MAX = 6;
const RETRY_DELAY_MS = 25;

interface IncidentRow {
  readonly tenant_id: Incident['tenantId'];
  readonly incident_id: string;
  readonly cause: Incident['cause'];
  readonly grouping_key: string;
  readonly opened_at: Date;
  readonly last_failure_at: Date;
  readonly failure_count: number;
  readonly mail_sequence: number;
  readonly mail_gathering: boolean;
  readonly mail_quiet_until: Date;
  readonly mail_failure_count: number;
}

/** Every step is one statement for the whole batch, whatever its size. */
export class PostgresIncidentStore implements IncidentStore {
  private readonly inbox = new Inbox('notifier.inbox', 'failures');

  constructor(
    private readonly database: Database,
    private readonly mails: MailQueue,
  ) {}

  async transaction<Result>(
    tenants: readonly string[],
    work: (unit: IncidentUnit) => Promise<Result>,
  ): Promise<Result> {
    for (let attempt = 1; ; attempt += 1) {
      try {
        return await this.database.transaction({ tenants }, (transaction) => work(this.unitOf(transaction)));
      } catch (error) {
        if (attempt === ATTEMPTS_MAX || !(isRetryable(error) || isOpenedByAnother(error))) throw error;
        await delay(RETRY_DELAY_MS * 2 ** attempt);
      }
    }
  }

  private unitOf(transaction: Transaction): IncidentUnit {
    return {
      claim: async (failureIds) => this.inbox.claim(transaction, failureIds, await timeOf(transaction)),
      lock: (groups) => lockIncidents(transaction, groups),
      save: (changes) => {
        saveIncidents(transaction, changes);
        saveSubjects(transaction, changes);
        this.mails.add(transaction, changes.mails);
      },
    };
  }
}

/** Two notifiers met the first failures of one group at the same moment; the later one finds the incident when it tries again. */
function isOpenedByAnother(error: unknown): boolean {
  return error instanceof DatabaseError && error.constraint === 'incidents_by_group';
}

/** The database's clock: notifiers whose own clocks differ must agree on what is due. */
async function timeOf(transaction: Transaction): Promise<Date> {
  const { rows } = await transaction.query<{ now: Date }>('incidents.time', 'select now() as now');
  const [row] = rows;
  if (row === undefined) throw new Error('the database did not tell the time');
  return row.now;
}

async function lockIncidents(
  transaction: Transaction,
  groups: readonly FailureGroup[],
): Promise<{ now: Date; incidents: Incident[] }> {
  // Locked in one order by everybody, so that batches that share incidents wait for each other instead of deadlocking.
  const locking = transaction.query<IncidentRow>(
    'incidents.lock',
    `select i.* from notifier.incidents i
     join unnest($1::uuid[], $2::text[], $3::text[]) as g (tenant_id, cause, grouping_key)
       on i.tenant_id = g.tenant_id and i.cause = g.cause and i.grouping_key = g.grouping_key
     order by i.tenant_id, i.incident_id
     for update of i`,
    [
      groups.map((group) => group.tenantId),
      groups.map((group) => group.cause),
      groups.map((group) => group.groupingKey),
    ],
  );
  const [now, { rows }] = await Promise.all([timeOf(transaction), locking]);
  return { now, incidents: rows.map(incidentOf) };
}

function incidentOf(row: IncidentRow): Incident {
  return {
    incidentId: row.incident_id,
    tenantId: row.tenant_id,
    cause: row.cause,
    groupingKey: row.grouping_key,
    openedAt: row.opened_at,
    lastFailureAt: row.last_failure_at,
    failureCount: row.failure_count,
    mail: {
      sequence: row.mail_sequence,
      gathering: row.mail_gathering,
      quietUntil: row.mail_quiet_until,
      failureCount: row.mail_failure_count,
    },
  };
}

function saveIncidents(transaction: Transaction, { incidents }: IncidentChanges): void {
  transaction.write(
    'incidents.save',
    `insert into notifier.incidents as i (tenant_id, incident_id, cause, grouping_key, opened_at, last_failure_at,
       failure_count, mail_sequence, mail_gathering, mail_quiet_until, mail_failure_count)
     select * from unnest($1::uuid[], $2::uuid[], $3::text[], $4::text[], $5::timestamptz[], $6::timestamptz[],
       $7::integer[], $8::integer[], $9::boolean[], $10::timestamptz[], $11::integer[])
     on conflict (tenant_id, incident_id) do update set
       opened_at = excluded.opened_at,
       last_failure_at = excluded.last_failure_at,
       failure_count = excluded.failure_count,
       mail_sequence = excluded.mail_sequence,
       mail_gathering = excluded.mail_gathering,
       mail_quiet_until = excluded.mail_quiet_until,
       mail_failure_count = excluded.mail_failure_count,
       mail_subject_count = case when i.mail_sequence = excluded.mail_sequence then i.mail_subject_count else 0 end`,
    [
      incidents.map((incident) => incident.tenantId),
      incidents.map((incident) => incident.incidentId),
      incidents.map((incident) => incident.cause),
      incidents.map((incident) => incident.groupingKey),
      incidents.map((incident) => incident.openedAt),
      incidents.map((incident) => incident.lastFailureAt),
      incidents.map((incident) => incident.failureCount),
      incidents.map((incident) => incident.mail.sequence),
      incidents.map((incident) => incident.mail.gathering),
      incidents.map((incident) => incident.mail.quietUntil),
      incidents.map((incident) => incident.mail.failureCount),
    ],
  );
}

/** Subjects that a mail has already are left alone: their first failure tells the story. */
function saveSubjects(transaction: Transaction, { subjects }: IncidentChanges): void {
  transaction.write(
    'incidents.save-subjects',
    `with added as (
       insert into notifier.incident_subjects (tenant_id, incident_id, sequence, kind, subject_key, name, detail,
         request_id, traceparent, occurred_at)
       select s.* from unnest($1::uuid[], $2::uuid[], $3::integer[], $4::text[], $5::text[], $6::text[], $7::text[],
         $8::text[], $9::text[], $10::timestamptz[])
         as s (tenant_id, incident_id, sequence, kind, subject_key, name, detail, request_id, traceparent, occurred_at)
       join notifier.incidents i on i.tenant_id = s.tenant_id and i.incident_id = s.incident_id
       where i.mail_subject_count < $11
       on conflict do nothing
       returning tenant_id, incident_id, sequence
     )
     update notifier.incidents i set mail_subject_count = i.mail_subject_count + counted.subjects
     from (select tenant_id, incident_id, sequence, count(*)::integer as subjects from added group by 1, 2, 3) counted
     where i.tenant_id = counted.tenant_id and i.incident_id = counted.incident_id and i.mail_sequence = counted.sequence`,
    [
      subjects.map((subject) => subject.tenantId),
      subjects.map((subject) => subject.incidentId),
      subjects.map((subject) => subject.sequence),
      subjects.map((subject) => subject.kind),
      subjects.map((subject) => subject.key),
      subjects.map((subject) => subject.name),
      subjects.map((subject) => subject.detail),
      subjects.map((subject) => subject.requestId),
      subjects.map((subject) => subject.traceparent),
      subjects.map((subject) => subject.occurredAt),
      SUBJECTS_PER_MAIL_MAX,
    ],
  );
}
