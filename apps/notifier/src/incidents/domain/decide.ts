import type { ProvisioningFailure } from '@muster/contracts';
import type { Incident, IncidentPolicy, MailKind, ScheduledMail } from './incident.js';

export interface DecisionContext {
  readonly now: Date;
  /** Id of the incident if this failure opens one. */
  readonly newIncidentId: string;
}

export interface Decision {
  readonly incident: Incident;
  /** Present when no mail that is already owed covers this failure. */
  readonly mail?: ScheduledMail;
}

/** What decides about a failure: nothing of its personal data. */
export type GroupedFailure = Pick<ProvisioningFailure, 'tenantId' | 'cause' | 'groupingKey' | 'occurredAt'>;

/**
 * Counts a failure on its incident and says whether a mail has to be scheduled.
 *
 * Guarantee (invariant I4): after each decision the incident has a mail that is not written yet, so whatever was counted
 * will be in a mail. Few mails: a burst shares the first one, and after it at most one per quiet period.
 */
export function decide(
  incident: Incident | null,
  failure: GroupedFailure,
  context: DecisionContext,
  policy: IncidentPolicy,
): Decision {
  if (incident === null) return begin(null, failure, context, policy);
  if (isOver(incident, context.now, policy)) return begin(incident, failure, context, policy);
  const counted = { ...incident, failureCount: incident.failureCount + 1, lastFailureAt: context.now };
  if (counted.mail.gathering) {
    return {
      incident: { ...counted, mail: { ...counted.mail, failureCount: counted.mail.failureCount + 1 } },
    };
  }
  const soonestMs = context.now.getTime() + policy.groupWaitMs;
  return schedule(
    counted,
    'continued',
    new Date(Math.max(soonestMs, counted.mail.quietUntil.getTime())),
    policy,
  );
}

/** Nothing is owed and nothing was heard for a quiet period: whatever comes next is new trouble, and told at once. */
function isOver(incident: Incident, now: Date, policy: IncidentPolicy): boolean {
  return !incident.mail.gathering && now.getTime() - incident.lastFailureAt.getTime() >= policy.quietPeriodMs;
}

function begin(
  ended: Incident | null,
  failure: GroupedFailure,
  { now, newIncidentId }: DecisionContext,
  policy: IncidentPolicy,
): Decision {
  const incident: Incident = {
    incidentId: ended?.incidentId ?? newIncidentId,
    tenantId: failure.tenantId,
    cause: failure.cause,
    groupingKey: failure.groupingKey,
    openedAt: new Date(failure.occurredAt),
    lastFailureAt: now,
    failureCount: 1,
    mail: ended?.mail ?? { sequence: 0, gathering: false, quietUntil: now, failureCount: 0 },
  };
  return schedule(incident, 'opened', new Date(now.getTime() + policy.groupWaitMs), policy);
}

function schedule(incident: Incident, kind: MailKind, dueAt: Date, policy: IncidentPolicy): Decision {
  const sequence = incident.mail.sequence + 1;
  const quietUntil = new Date(dueAt.getTime() + policy.quietPeriodMs);
  return {
    incident: { ...incident, mail: { sequence, gathering: true, quietUntil, failureCount: 1 } },
    mail: { tenantId: incident.tenantId, incidentId: incident.incidentId, sequence, kind, dueAt },
  };
}
