/** What everything comes to when nothing is under way any more: one tenant's part of the database, the log and the mail. */
export interface FinalState {
  readonly users: readonly FinalUser[];
  readonly groups: readonly FinalGroup[];
  /** `totalResults` of the unfiltered list. */
  readonly totalUsers: number;
  /** Event topics: every record, repeats among them, per resource in the order of the log. */
  readonly userFacts: ReadonlyMap<string, readonly SeenFact[]>;
  readonly groupFacts: ReadonlyMap<string, readonly SeenFact[]>;
  /** State topics: the last record of each key; null for a tombstone. */
  readonly userStates: ReadonlyMap<string, SeenState | null>;
  readonly groupStates: ReadonlyMap<string, SeenState | null>;
  /** Ids of commands in the log that have no outcome. */
  readonly undecidedCommands: readonly string[];
  readonly outboxRows: number;
  readonly failures: readonly SeenFailure[];
  readonly mails: readonly SeenMail[];
}

export interface FinalUser {
  readonly id: string;
  readonly userName: string;
  readonly displayName: string | null;
  readonly version: number;
}

export interface FinalGroup {
  readonly id: string;
  readonly displayName: string | null;
  readonly version: number;
  readonly members: readonly string[];
}

export interface SeenFact {
  readonly factId: string;
  readonly version: number;
  readonly part: number;
  readonly parts: number;
  readonly kind: 'created' | 'changed' | 'deleted';
  readonly displayName: string | null;
  readonly added: readonly string[];
  readonly removed: readonly string[];
}

export interface SeenState {
  readonly version: number;
  readonly displayName: string | null;
}

/** A published failure that owes a mail. */
export interface SeenFailure {
  readonly failureId: string;
  readonly cause: string;
  readonly groupingKey: string;
}

export interface SeenMail {
  readonly cause: string;
  readonly groupingKey: string;
  readonly state: string;
  readonly failureCount: number;
}
