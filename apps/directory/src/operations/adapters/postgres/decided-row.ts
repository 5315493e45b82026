import { isCauseKey, type Outcome, type ResourceId } from '@muster/contracts';

/** What a row of `operations` says of an outcome. */
export interface DecidedRow {
  readonly state: 'claimed' | 'applied' | 'rejected' | 'cancelled' | 'expired';
  readonly cause: string | null;
  readonly detail: string | null;
  readonly version: number | null;
  readonly changed: boolean | null;
  readonly resource_id: ResourceId;
}

/** The outcome, without bodies: `operations` holds none. Null for a claim without an outcome, which is never committed. */
export function outcomeOf(row: DecidedRow): Outcome | null {
  switch (row.state) {
    case 'applied':
      return {
        status: 'applied',
        resourceId: row.resource_id,
        version: row.version ?? 1,
        changed: row.changed ?? true,
      };
    case 'rejected':
      return {
        status: 'rejected',
        cause: isCauseKey(row.cause) ? row.cause : 'internal_error',
        detail: row.detail ?? '',
      };
    case 'cancelled':
    case 'expired':
      return { status: row.state };
    case 'claimed':
      return null;
  }
}
