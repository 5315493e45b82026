import {
  causeOf,
  operationOf,
  resourceKindOf,
  uuidV7TimeMs,
  warningText,
  type CauseKey,
  type CauseStatus,
  type CommandType,
  type Operation,
} from '@muster/contracts';
import type { WarningKind } from '@muster/scim';
import type { ActivityEntry, ActivityPage } from '../../application/activity-log.js';

/** An entry as the admin API shows it. Times are RFC 3339. */
export interface ActivityEntryAnswer {
  readonly commandId: string;
  readonly receivedAt: string;
  readonly decidedAt: string;
  readonly operation: Operation | 'bulk';
  /** Null for a bulk request: each of its parts has an entry, with the same request id. Without an id: there is none. */
  readonly resource: { readonly type: string; readonly id: string | null } | null;
  readonly outcome: ActivityEntry['status'];
  readonly version: number | null;
  readonly changed: boolean | null;
  /** Why it had no effect; null where it was applied. */
  readonly failure: FailureAnswer | null;
  readonly warnings: readonly WarningAnswer[];
  readonly undelivered: boolean;
  readonly requestId: string;
  readonly tokenId: string | null;
}

interface FailureAnswer {
  readonly cause: CauseKey;
  /** Of the HTTP answer. */
  readonly status: CauseStatus;
  readonly detail: string;
  readonly remedy: string;
}

interface WarningAnswer {
  readonly kind: WarningKind;
  readonly path: string;
  /** The same in a sentence. */
  readonly text: string;
}

export interface ActivityAnswer {
  readonly entries: readonly ActivityEntryAnswer[];
  readonly next: string | null;
}

export function activityAnswer({ entries, next }: ActivityPage): ActivityAnswer {
  return { entries: entries.map(entryAnswer), next };
}

function entryAnswer(entry: ActivityEntry): ActivityEntryAnswer {
  const { commandId, type, status, version, changed, undelivered, requestId, tokenId } = entry;
  return {
    commandId,
    // The gateway made the id when it had understood the request, or refused it.
    receivedAt: new Date(uuidV7TimeMs(commandId)).toISOString(),
    decidedAt: entry.decidedAt.toISOString(),
    operation: type === 'bulk.requested' ? 'bulk' : operationOf(type),
    resource: type === 'bulk.requested' ? null : { type: typeName(type, entry), id: entry.resourceId },
    outcome: status,
    version,
    changed,
    failure: failureAnswer(entry),
    warnings: entry.warnings.map((warning) => ({ ...warning, text: warningText(warning) })),
    undelivered,
    requestId,
    tokenId,
  };
}

/** As `meta.resourceType` has it. Of an own type, a gateway of an older version does not tell which when it withdraws. */
function typeName(type: CommandType, { resourceType }: ActivityEntry): string {
  const kind = resourceKindOf(type);
  return kind === 'resource' ? (resourceType ?? 'Resource') : kind === 'user' ? 'User' : 'Group';
}

function failureAnswer({ cause, detail }: ActivityEntry): FailureAnswer | null {
  if (cause === null) return null;
  const definition = causeOf(cause);
  return {
    cause,
    status: definition.status,
    detail: detail ?? definition.detail,
    remedy: definition.remedy,
  };
}
