import type { ScimDocument } from '@muster/scim';
import type { CauseKey } from '../causes/causes.js';
import type { CommandId, ResourceId } from '../identity/ids.js';

/** A group that a user is in, as `user.groups` shows it (RFC 7643 section 4.1.2). */
export interface GroupReference {
  readonly value: string;
  readonly display: string;
  readonly type: 'direct' | 'indirect';
}

/** A member of a group (RFC 7643 section 4.2). */
export interface MemberReference {
  readonly value: string;
  readonly type: 'User' | 'Group';
  readonly display?: string;
}

/** A resource as the directory stores it. Times are RFC 3339 with milliseconds. */
export interface StoredResource {
  readonly id: ResourceId;
  readonly version: number;
  readonly createdAt: string;
  readonly lastModified: string;
  readonly document: ScimDocument;
  /** Present only when they were asked for. */
  readonly groups?: readonly GroupReference[];
  readonly members?: readonly MemberReference[];
  /** The display name of a user's manager, where she has one that has one. */
  readonly managerName?: string;
}

/** The command took effect; 2xx. Committed before anyone hears of it. */
export interface Applied {
  readonly status: 'applied';
  readonly resourceId: ResourceId;
  readonly version: number;
  /** False where nothing had to change: version and lastModified stayed (RFC 7644 section 3.5.2). */
  readonly changed: boolean;
  /**
   * How the resource looks now, without members; absent after a delete and wherever the outcome was read back from the
   * operations table, which holds no bodies.
   */
  readonly resource?: StoredResource;
  /**
   * For a bulk command: what became of its parts, without bodies; a part that is missing was not processed. Absent wherever
   * the outcome was read back: then each part has to be asked for by its own id.
   */
  readonly results?: readonly CommandOutcome[];
}

/** The command was refused and had no effect; 4xx. */
export interface Rejected {
  readonly status: 'rejected';
  readonly cause: CauseKey;
  /** For the tenant admin; goes into the SCIM error as it is. */
  readonly detail: string;
}

/** The gateway withdrew the command before it was applied; no effect. */
export interface Cancelled {
  readonly status: 'cancelled';
}

/** The command was too old when it was read; no effect, never redriven. */
export interface Expired {
  readonly status: 'expired';
}

/** What became of a command. Decided once, by the first insert into `operations`. */
export type Outcome = Applied | Rejected | Cancelled | Expired;

export interface CommandOutcome {
  readonly commandId: CommandId;
  readonly outcome: Outcome;
}
