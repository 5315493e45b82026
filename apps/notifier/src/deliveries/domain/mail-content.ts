import type { CauseKey, TenantId } from '@muster/contracts';

/** Names in a mail; whoever wants all of them opens the console. */
export const NAMES_MAX = 10;

/** `opened`: the first word about this trouble. `continued`: it was reported before and has not ended. */
export type MailKind = 'opened' | 'continued';

/** `(tenantId, incidentId, sequence)` names a mail for ever. */
export interface MailKey {
  readonly tenantId: TenantId;
  readonly incidentId: string;
  readonly sequence: number;
}

/** The failures that one mail covers. What strangers wrote is bounded, one-line text. */
export interface CoveredFailures {
  readonly cause: CauseKey;
  /** First failure of the episode, RFC 3339. */
  readonly openedAt: string;
  /** First failure that this very mail covers, RFC 3339. */
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
  /** At most {@link NAMES_MAX}, those that failed first. */
  readonly names: readonly string[];
  /** The SCIM `detail` that answered the first failure. */
  readonly detail: string;
  /** Request id of the first failure, for the operator. */
  readonly requestId: string;
  /** Trace of the first failure, then of some others: W3C `traceparent` texts. */
  readonly traceparents: readonly string[];
}

/**
 * All that a mail says, fixed at its first attempt: every later attempt sends the same words under the same Message-ID, so
 * that a receiver who got it twice may drop one.
 */
export interface MailContent extends CoveredFailures {
  readonly kind: MailKind;
  readonly tenantName: string;
}
