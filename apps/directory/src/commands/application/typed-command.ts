import { resourceKindOf, type Command } from '@muster/contracts';
import { parseResource, patchFromJson, type ResourceType, type ResourceTypes } from '@muster/scim';
import { refuse, refuseScimErrors, type Refusal } from '../../resources/domain/decision.js';
import type { GroupIntent } from '../../groups/domain/group-intent.js';
import type { QueuedCommand } from './queued-command.js';

/** The type of the resource that a command is about, as the tenant has it now; null where it has none of that name (any more). */
export function typeOfCommand(command: Command, types: ResourceTypes): ResourceType | null {
  switch (resourceKindOf(command.type)) {
    case 'user':
      return types.user;
    case 'group':
      return types.group;
    case 'resource':
      return types.own.find(({ name }) => name === command.resourceType) ?? null;
  }
}

/**
 * The command as the tenant's schemas of this moment understand it. The gateway read the request by those that it knew, and
 * they may have changed on the way: what no longer has a place is dropped or refused here, so that nothing is ever stored that
 * its schema does not describe. A command of a tenant without schemas of its own was typed where it was read from the log.
 */
export function typedCommand(queued: QueuedCommand, types: ResourceTypes): QueuedCommand | Refusal {
  const { command, intent } = queued;
  const type = typeOfCommand(command, types);
  if (type === null) return unknownType(command);
  if (command.schemas === undefined && resourceKindOf(command.type) !== 'resource') return queued;
  return refuseScimErrors(() =>
    intent === null
      ? { ...queued, command: typed(command, type) }
      : { ...queued, intent: typedIntent(intent, command, type) },
  );
}

function typed(command: Command, type: ResourceType): Command {
  if ('patch' in command) return { ...command, patch: patchFromJson(type, command.patch) };
  if (!('document' in command)) return command;
  const mode = 'documentHash' in command ? 'create' : 'replace';
  return { ...command, document: parseResource(type, command.document, mode).document };
}

/** Members are ids to everybody; only the rest of a group has types. */
function typedIntent(intent: GroupIntent, command: Command, type: ResourceType): GroupIntent {
  const { document, documentPatch } = intent;
  const mode = 'documentHash' in command ? 'create' : 'replace';
  return {
    ...intent,
    document: document === null ? null : parseResource(type, document, mode).document,
    documentPatch: documentPatch === null ? null : patchFromJson(type, documentPatch),
  };
}

function unknownType({ resourceType = '', resourceId }: Command): Refusal {
  return {
    ...refuse('not_found', { id: resourceId }),
    detail: `The tenant has no resource type "${resourceType}" any more.`,
  };
}
