/** A broken promise. The rule names which one. */
export interface Problem {
  readonly rule: Rule;
  /** The user, group, command or failure it is about. */
  readonly key: string;
  readonly detail: string;
}

export type Rule =
  | 'create-lost'
  | 'create-doubled'
  | 'create-from-nowhere'
  | 'delete-undone'
  | 'user-lost'
  | 'write-lost'
  | 'version-reused'
  | 'version-went-back'
  | 'read-wrong'
  | 'final-value-wrong'
  | 'failed-write-applied'
  | 'write-applied-twice'
  | 'member-wrong'
  | 'total-wrong'
  | 'fact-out-of-order'
  | 'fact-missing'
  | 'state-stale'
  | 'members-differ'
  | 'command-undecided'
  | 'outbox-not-empty'
  | 'failure-not-mailed'
  | 'failure-from-nowhere';
