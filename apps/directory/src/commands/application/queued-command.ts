import {
  COMMAND_EXPIRY_MS,
  nameOfCreate,
  resourceKindOf,
  type BulkCommand,
  type BulkPart,
  type Command,
  type CommandMessage,
  type Outcome,
} from '@muster/contracts';
import { groupIntentOf, type GroupIntent } from '../../groups/domain/group-intent.js';

/** What was read from the log and waits for its outcome. */
interface Queued<Message extends CommandMessage> {
  readonly command: Message;
  /** When the broker took it; milliseconds since the epoch by the broker's clock. */
  readonly queuedAtMs: number;
  /** W3C trace context of the span that handles this command; null where it is not traced. */
  readonly traceparent: string | null;
  /** Of the record that it was read from. */
  readonly bytes: number;
  /** Told once, after the outcome is committed. */
  readonly settle: (outcome: Outcome) => void;
  /** Told instead, when not even a refusal could be stored: the record is for people to look at. */
  readonly abandon: (reason: unknown) => void;
}

/** A command about one resource. */
export interface QueuedCommand extends Queued<Command> {
  /** What it wants of a group; null for users. */
  readonly intent: GroupIntent | null;
}

/** One command of a job; nobody waits for it but the job. */
export interface QueuedPart extends QueuedCommand, BulkPart {
  readonly command: Command;
}

/** A bulk command with its parts in the order in which they are decided. */
export interface QueuedJob extends Queued<BulkCommand> {
  readonly parts: readonly QueuedPart[];
}

export type QueuedMessage = QueuedCommand | QueuedJob;

export function isJob(queued: QueuedMessage): queued is QueuedJob {
  return 'parts' in queued;
}

/** What a message that was read from the log is to the queue. */
export function queuedMessage(
  command: CommandMessage,
  reading: Omit<Queued<CommandMessage>, 'command'>,
): QueuedMessage {
  if (command.type !== 'bulk.requested') return { ...reading, command, intent: intentOf(command) };
  const parts = command.parts.map((part) => ({
    ...part,
    queuedAtMs: reading.queuedAtMs,
    traceparent: reading.traceparent,
    intent: intentOf(part.command),
    bytes: 0,
    settle: () => undefined,
    abandon: () => undefined,
  }));
  return { ...reading, command, parts };
}

/** What a command wants of a group; null for users. */
export function intentOf(command: Command): GroupIntent | null {
  return resourceKindOf(command.type) === 'group' ? groupIntentOf(command) : null;
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
 * group command locks. For a job: those of all its parts.
 */
export function orderingKeys(queued: QueuedMessage): string[] {
  if (isJob(queued)) {
    const { tenantId, resourceId } = queued.command;
    return [...new Set([resourceKey(tenantId, resourceId), ...queued.parts.flatMap(orderingKeys)])];
  }
  const { command, intent } = queued;
  const keys = [resourceKey(command.tenantId, command.resourceId) as string];
  const name = nameOfCreate(command);
  if (name !== null) keys.push(`${command.tenantId}/${resourceKindOf(command.type)}:${name}`);
  if (intent !== null) for (const id of intent.memberIds) keys.push(resourceKey(command.tenantId, id));
  return keys;
}

/** Too old to be applied: whoever asked has long been told that it did not happen. */
export function isExpired(queued: QueuedMessage, brokerNowMs: number): boolean {
  return brokerNowMs - queued.queuedAtMs > COMMAND_EXPIRY_MS;
}
