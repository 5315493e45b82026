import { COMMAND_WARNINGS_MAX, resourceKindOf, type Command, type TenantSettings } from '@muster/contracts';
import {
  parseResource,
  retypedPatchFromJson,
  type ParsedResource,
  type PatchOptions,
  type ResourceType,
  type ResourceTypes,
  type ScimDocument,
  type Warning,
} from '@muster/scim';
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
 * they may have changed on the way: what no longer has a place is passed over with a warning beside those that the command came
 * with, or refused where the tenant wants a PATCH to be, so that nothing is ever stored that its schema does not describe. A
 * command of a tenant without schemas of its own was typed where it was read from the log.
 */
export function typedCommand(
  queued: QueuedCommand,
  types: ResourceTypes,
  settings: Pick<TenantSettings, 'unknownPatchAttributes'>,
): QueuedCommand | Refusal {
  const { command, intent } = queued;
  const type = typeOfCommand(command, types);
  if (type === null) return unknownType(command);
  if (command.schemas === undefined && resourceKindOf(command.type) !== 'resource') return queued;
  const options = { unknownAttributes: settings.unknownPatchAttributes };
  return refuseScimErrors(() =>
    intent === null
      ? { ...queued, command: typed(command, type, options) }
      : typedOfGroup({ ...queued, intent }, type, options),
  );
}

function typed(command: Command, type: ResourceType, options: PatchOptions): Command {
  if ('patch' in command) {
    const { operations, warnings } = retypedPatchFromJson(type, command.patch, options);
    return retold({ ...command, patch: { operations } }, warnings);
  }
  if (!('document' in command)) return command;
  const { document, warnings } = read(command.document, command, type);
  return retold({ ...command, document }, warnings);
}

/** Members are ids to everybody; only the rest of a group has types. */
function typedOfGroup(
  queued: QueuedCommand & { readonly intent: GroupIntent },
  type: ResourceType,
  options: PatchOptions,
): QueuedCommand {
  const { command, intent } = queued;
  if (intent.document !== null) {
    const { document, warnings } = read(intent.document, command, type);
    return { ...queued, command: retold(command, warnings), intent: { ...intent, document } };
  }
  if (intent.documentPatch === null) return queued;
  const { operations, warnings } = retypedPatchFromJson(type, intent.documentPatch, options);
  return {
    ...queued,
    command: retold(command, warnings),
    intent: { ...intent, documentPatch: { operations } },
  };
}

/** The warnings of a command with those of this reading. What is stored has no `schemas`, so that they are missing says nothing. */
function retold(command: Command, warnings: readonly Warning[]): Command {
  const told = warnings.filter(({ kind }) => kind !== 'missingSchema');
  if (told.length === 0) return command;
  return { ...command, warnings: [...(command.warnings ?? []), ...told].slice(0, COMMAND_WARNINGS_MAX) };
}

function read(document: ScimDocument, command: Command, type: ResourceType): ParsedResource {
  return parseResource(type, document, 'documentHash' in command ? 'create' : 'replace');
}

function unknownType({ resourceType = '', resourceId }: Command): Refusal {
  return {
    ...refuse('not_found', { id: resourceId }),
    detail: `The tenant has no resource type "${resourceType}" any more.`,
  };
}
