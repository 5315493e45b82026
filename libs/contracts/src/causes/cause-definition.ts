/** Who can end the trouble for good. */
export type FixableBy = 'tenant-admin' | 'identity-provider-admin' | 'operator' | 'nobody';

/** Page in `docs/runbook/`; the page has a heading for each of its causes. */
export type RunbookPage = 'rejections.md' | 'credentials.md' | 'overload.md' | 'write-path.md';

export type CauseStatus = 400 | 401 | 403 | 404 | 405 | 409 | 412 | 413 | 415 | 429 | 500 | 501 | 503;

/** One row of the catalogue of why provisioning fails. */
export interface CauseDefinition {
  /** Kept for ever: logs, metrics, mails and the activity of past months speak of it. */
  readonly key: string;
  readonly status: CauseStatus;
  /** SCIM error type (RFC 7644 section 3.12, table 9). */
  readonly scimType?: string;
  /** Text with `{placeholders}`; a caller may give a more exact text instead. Identity providers show it verbatim. */
  readonly detail: string;
  readonly remedy: string;
  readonly fixableBy: FixableBy;
  /** Comes again by itself, without anybody's hand, once its reason is gone. */
  readonly retriedByIdentityProvider: boolean;
  /** A mail is owed to the tenant's admin. Causes without it are counted and kept in the activity log only. */
  readonly notifies: boolean;
  readonly runbook: RunbookPage;
}

/** A row without what its whole table says once. */
type CauseRow<Key extends string> = Omit<CauseDefinition, 'runbook'> & { readonly key: Key };

/** Rows that share a runbook page, frozen; the keys stay literal types. */
export function causeTable<const Key extends string>(
  runbook: RunbookPage,
  rows: readonly CauseRow<Key>[],
): readonly (CauseDefinition & { readonly key: Key })[] {
  return Object.freeze(rows.map((row) => Object.freeze({ ...row, runbook })));
}
