import type { FailureGroup, Incident, ScheduledMail } from '../domain/incident.js';
import type { IncidentSubject } from '../domain/subject.js';

/** A user or group as one mail of an incident will show it, with what its first failure said. */
export interface CoveredSubject extends IncidentSubject {
  readonly tenantId: string;
  readonly incidentId: string;
  readonly sequence: number;
  readonly detail: string;
  readonly requestId: string;
  readonly traceparent: string | null;
  readonly occurredAt: Date;
}

export interface IncidentChanges {
  readonly incidents: readonly Incident[];
  readonly subjects: readonly CoveredSubject[];
  readonly mails: readonly ScheduledMail[];
}

/** One transaction over the incidents of the tenants it was opened for. */
export interface IncidentUnit {
  /**
   * Marks failures as taken in.
   * @returns those that were not before; redelivered ones are left out
   */
  claim(failureIds: readonly string[]): Promise<ReadonlySet<string>>;
  /** Locks the incidents of these groups, as far as there are any, and tells the time by the database's clock. */
  lock(
    groups: readonly FailureGroup[],
  ): Promise<{ readonly now: Date; readonly incidents: readonly Incident[] }>;
  /** Stores what was decided; mails become due with the commit. */
  save(changes: IncidentChanges): void;
}

export interface IncidentStore {
  /**
   * All of `work` or nothing of it. When another process opened one of the same incidents at the same moment, or the
   * database lost the transaction, `work` runs again, a bounded number of times.
   */
  transaction<Result>(
    tenants: readonly string[],
    work: (unit: IncidentUnit) => Promise<Result>,
  ): Promise<Result>;
}
