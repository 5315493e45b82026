import { causeOf, type ProvisioningFailure } from '@muster/contracts';
import { decide } from '../domain/decide.js';
import type { FailureGroup, Incident, IncidentPolicy, ScheduledMail } from '../domain/incident.js';
import { subjectOf } from '../domain/subject.js';
import type { CoveredSubject, IncidentChanges, IncidentStore } from './incident-store.js';

export interface RecordedFailures {
  /** Failures that were not known before and owe a mail. */
  readonly recorded: number;
  readonly mailsScheduled: number;
}

/**
 * Takes in a batch of failures in one transaction: claim, count, schedule. Guarantee: when it resolves, each of them is
 * covered by a mail that is stored as due, and taking the same ones in again changes nothing. Nothing is sent here.
 */
export class RecordFailures {
  constructor(
    private readonly store: IncidentStore,
    private readonly policy: IncidentPolicy,
    private readonly newIncidentId: () => string,
  ) {}

  async record(failures: readonly ProvisioningFailure[]): Promise<RecordedFailures> {
    // A cause that owes nobody a mail is for the activity log alone.
    const owing = failures.filter(({ cause }) => causeOf(cause).notifies);
    if (owing.length === 0) return { recorded: 0, mailsScheduled: 0 };
    const tenants = [...new Set(owing.map(({ tenantId }) => tenantId))];
    return this.store.transaction(tenants, async (unit) => {
      const unknown = await unit.claim([...new Set(owing.map(({ failureId }) => failureId))]);
      const fresh = firstOfEach(owing.filter(({ failureId }) => unknown.has(failureId)));
      if (fresh.length === 0) return { recorded: 0, mailsScheduled: 0 };
      const { now, incidents } = await unit.lock(groupsOf(fresh));
      const changes = this.decideAll(fresh, incidents, now);
      unit.save(changes);
      return { recorded: fresh.length, mailsScheduled: changes.mails.length };
    });
  }

  private decideAll(
    failures: readonly ProvisioningFailure[],
    known: readonly Incident[],
    now: Date,
  ): IncidentChanges {
    const incidents = new Map(known.map((incident) => [groupName(incident), incident]));
    const changed = new Map<string, Incident>();
    const subjects = new Map<string, CoveredSubject>();
    const mails: ScheduledMail[] = [];
    for (const failure of failures) {
      const group = groupName(failure);
      const current = incidents.get(group) ?? null;
      const newIncidentId = current?.incidentId ?? this.newIncidentId();
      const { incident, mail } = decide(current, failure, { now, newIncidentId }, this.policy);
      incidents.set(group, incident);
      changed.set(group, incident);
      if (mail !== undefined) mails.push(mail);
      const subject = coveredSubject(failure, incident);
      const name = [subject.incidentId, subject.sequence, subject.kind, subject.key].join('\n');
      if (!subjects.has(name)) subjects.set(name, subject);
    }
    return { incidents: [...changed.values()], subjects: [...subjects.values()], mails };
  }
}

function coveredSubject(failure: ProvisioningFailure, incident: Incident): CoveredSubject {
  return {
    ...subjectOf(failure),
    tenantId: incident.tenantId,
    incidentId: incident.incidentId,
    sequence: incident.mail.sequence,
    detail: failure.detail,
    requestId: failure.requestId,
    traceparent: failure.traceparent ?? null,
    occurredAt: new Date(failure.occurredAt),
  };
}

/** The log may hold a failure twice, even in one batch. */
function firstOfEach(failures: readonly ProvisioningFailure[]): readonly ProvisioningFailure[] {
  const byId = new Map<string, ProvisioningFailure>();
  for (const failure of failures) if (!byId.has(failure.failureId)) byId.set(failure.failureId, failure);
  return [...byId.values()];
}

function groupsOf(failures: readonly ProvisioningFailure[]): readonly FailureGroup[] {
  return [...new Map(failures.map((failure) => [groupName(failure), failure])).values()];
}

/** Tenant ids and causes hold no line break, so the three parts cannot run into each other. */
function groupName({ tenantId, cause, groupingKey }: FailureGroup): string {
  return `${tenantId}\n${cause}\n${groupingKey}`;
}
