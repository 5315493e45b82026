import { operationOf, type Command, type CommandId, type ResourceId } from '@muster/contracts';
import type { PatchOperation, ScimDocument, ScimValue } from '@muster/scim';
import { intentOf, type QueuedPart } from './queued-command.js';

/** A resource that a part was to create and that is there already: created by the same request, whose answer got lost. */
export interface KnownResource {
  readonly plannedId: ResourceId;
  readonly id: ResourceId;
}

/** The parts as they would be had the planned ids been those of the resources that are there. Only what needs them changes. */
export function renameParts(
  parts: readonly QueuedPart[],
  known: ReadonlyMap<CommandId, KnownResource>,
): readonly QueuedPart[] {
  if (known.size === 0) return parts;
  return parts.map((part) => {
    const ids = new Map<string, ResourceId>();
    for (const need of part.needs) {
      const resource = known.get(need);
      if (resource !== undefined) ids.set(resource.plannedId, resource.id);
    }
    if (ids.size === 0) return part;
    const command = renameIn(part.command, ids);
    return { ...part, command, intent: intentOf(command) };
  });
}

function renameIn(command: Command, ids: ReadonlyMap<string, ResourceId>): Command {
  const renamed: Command =
    operationOf(command.type) === 'create'
      ? command
      : { ...command, resourceId: ids.get(command.resourceId) ?? command.resourceId };
  if ('document' in renamed) return { ...renamed, document: renameDocument(renamed.document, ids) };
  if (!('patch' in renamed)) return renamed;
  const operations = renamed.patch.operations.map((operation): PatchOperation =>
    operation.op === 'remove' ? operation : { ...operation, value: renameValue(operation.value, ids) },
  );
  return { ...renamed, patch: { operations } };
}

/** Depth is bounded by the schema, which the document has passed. */
function renameValue(value: ScimValue, ids: ReadonlyMap<string, ResourceId>): ScimValue {
  if (typeof value === 'string') return ids.get(value) ?? value;
  if (Array.isArray(value)) return (value as readonly ScimValue[]).map((each) => renameValue(each, ids));
  return typeof value === 'object' ? renameDocument(value as ScimDocument, ids) : value;
}

function renameDocument(document: ScimDocument, ids: ReadonlyMap<string, ResourceId>): ScimDocument {
  const copy = Object.create(null) as Record<string, ScimValue>;
  for (const [name, value] of Object.entries(document)) copy[name] = renameValue(value, ids);
  return copy;
}
