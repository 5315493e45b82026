import type { CauseKey, TenantId } from '@muster/contracts';

/** What makes failures belong together: one tenant, one cause, and for example one domain. */
export interface FailureGroup {
  readonly tenantId: TenantId;
  readonly cause: CauseKey;
  readonly groupingKey: string;
}

/** The latest mail about an incident, from its scheduling on. */
export interface LatestMail {
  /** Counts the mails of one incident from 1; never used twice. */
  readonly sequence: number;
  /** The mail is not written yet: every further failure will be in it. */
  readonly gathering: boolean;
  /** Once the mail is written, failures wait until then before the next mail reports them. */
  readonly quietUntil: Date;
  /** Failures that it covers. */
  readonly failureCount: number;
}

/** The failures of one group, from the first one until nothing was heard of it for a quiet period. */
export interface Incident extends FailureGroup {
  readonly incidentId: string;
  /** When the first failure of this episode happened, by the clock of the service that found it. */
  readonly openedAt: Date;
  /** When the last one was recorded here. */
  readonly lastFailureAt: Date;
  /** Failures of this episode, each once. */
  readonly failureCount: number;
  readonly mail: LatestMail;
}

/** `opened`: the first word about this trouble. `continued`: it was reported before and has not ended. */
export type MailKind = 'opened' | 'continued';

/** A mail that is owed. `(incidentId, sequence)` names it for ever. */
export interface ScheduledMail {
  readonly tenantId: TenantId;
  readonly incidentId: string;
  readonly sequence: number;
  readonly kind: MailKind;
  readonly dueAt: Date;
}

export interface IncidentPolicy {
  /** How long a mail waits for company, so that a burst is one mail. Milliseconds. */
  readonly groupWaitMs: number;
  /** The least time between two mails about one incident, and the silence after which an incident is over. Milliseconds. */
  readonly quietPeriodMs: number;
}
