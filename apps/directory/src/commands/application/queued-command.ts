import { COMMAND_EXPIRY_MS, resourceKindOf, type Command, type Outcome } from '@muster/contracts';
import type { GroupIntent } from '../../groups/domain/group-intent.js';

/** A command that was read from the log and waits for its outcome. */
export interface QueuedCommand {
  readonly command: Command;
  /** When the broker took it; milliseconds since the epoch by the broker's clock. */
  readonly queuedAtMs: number;
  /** What it wants of a group; null for users. */
  readonly intent: GroupIntent | null;
  /** W3C trace context of the span that handles this command; null where it is not traced. */
  readonly traceparent: string | null;
  /** Told once, after the outcome is committed. */
  readonly settle: (outcome: Outcome) => void;
}

/** Identifies a resource inside a batch that touches several tenants. */
export type ResourceKey = `${string}/${string}`;

export function resourceKey(tenantId: string, id: string): ResourceKey {
  return `${tenantId}/${id}`;
}

/** Rows that a command makes the database touch, roughly; what batches are cut by. */
export function rowsTouched(queued: QueuedCommand): number {
  return 4 + (queued.intent?.memberIds.length ?? 0);
}

/**
 * What has to stay in order with other commands: its resource, the name that a create would take, and the members that a
 * group command locks.
 */
export function orderingKeys(queued: QueuedCommand): string[] {
  const { command, intent } = queued;
  const keys = [resourceKey(command.tenantId, command.resourceId) as string];
  if (command.type === 'user.create.requested' || command.type === 'group.create.requested') {
    const name = command.document[command.type === 'user.create.requested' ? 'userName' : 'displayName'];
    if (typeof name === 'string')
      keys.push(`${command.tenantId}/${resourceKindOf(command.type)}:${name.toLowerCase()}`);
  }
  if (intent !== null) for (const id of intent.memberIds) keys.push(resourceKey(command.tenantId, id));
  return keys;
}

/** Too old to be applied: whoever asked has long been told that it did not happen. */
export function isExpired(queued: QueuedCommand, brokerNowMs: number): boolean {
  return brokerNowMs - queued.queuedAtMs > COMMAND_EXPIRY_MS;
}
