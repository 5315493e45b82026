import type {
  CauseKey,
  CommandId,
  CommandMessageType,
  Outcome,
  ResourceId,
  TenantId,
  TokenId,
} from '@muster/contracts';
import type { Warning } from '@muster/scim';

/** Entries in one page at the most. */
export const ACTIVITY_PAGE_MAX = 500;
/** Entries of a tenant that one call goes through at the most, looking for those that were asked for. */
export const ACTIVITY_LOOK_MAX = 10_000;

/** What became of a command of a connector, or that its gateway refused to make one, without what was in it. */
export interface ActivityEntry {
  /** Of what the gateway refused: the id of its failure. */
  readonly commandId: CommandId;
  readonly type: CommandMessageType;
  /** Name of the resource type, where it is one of the tenant's own. */
  readonly resourceType: string | null;
  /**
   * Of a bulk request: an id of its own that leads nowhere; each of its parts has an entry. Null where the gateway refused to
   * create something.
   */
  readonly resourceId: ResourceId | null;
  /** By whose token; null where the gateway refused. */
  readonly tokenId: TokenId | null;
  /** `X-Request-Id` of the answer. All parts of a bulk request share it with the request. */
  readonly requestId: string;
  readonly status: Outcome['status'];
  /** Null where it was applied. */
  readonly cause: CauseKey | null;
  /** The text of the SCIM error; null where nobody refused it. */
  readonly detail: string | null;
  /** Of the resource, afterwards; null where it was not applied. */
  readonly version: number | null;
  /** False: applied, and nothing had to change. Null where it was not applied. */
  readonly changed: boolean | null;
  /** The client was gone before its answer. */
  readonly undelivered: boolean;
  /** What was passed over in the request. */
  readonly warnings: readonly Warning[];
  readonly decidedAt: Date;
}

/** `failed`: whatever was not applied. */
export type ActivityOutcome = Outcome['status'] | 'failed';

/** What is looked for; what is left out does not matter. */
export interface ActivityQuery {
  readonly tenantId: TenantId;
  /** At most `ACTIVITY_PAGE_MAX`. */
  readonly limit: number;
  /** Only what came before this command. */
  readonly before?: CommandId;
  readonly resourceId?: ResourceId;
  readonly outcome?: ActivityOutcome;
  /** Only entries with warnings. */
  readonly withWarnings?: boolean;
}

export interface ActivityPage {
  readonly entries: readonly ActivityEntry[];
  /** `before` of the page that follows; null at the end. */
  readonly next: CommandId | null;
}

/**
 * The activity of tenants: their rows of `operations`, newest first by the time in their ids.
 *
 * Guarantee: whoever follows `next` to the end sees every entry once that was there when he began. A page may hold fewer
 * entries than asked for, or none, and still have a `next`: it is where the look ended, not where the entries end. Not
 * promised: that nothing appears between entries already seen, since a command has its id before it is decided.
 */
export interface ActivityLog {
  page(query: ActivityQuery): Promise<ActivityPage>;
}
