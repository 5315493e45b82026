import { resourceKindOf, type Command, type TenantSettings } from '@muster/contracts';
import type { ResourceTypes } from '@muster/scim';
import { ownerOf } from '../../resources/domain/decide-resource.js';
import {
  uniqueNamesOf,
  valuesIn,
  type NameOwner,
  type UniqueName,
} from '../../resources/domain/unique-name.js';
import { assignedValue } from './assigned-value.js';
import { typeOfCommand } from './typed-command.js';

/** The unique values that a command would give its resource; known before anything is decided, so that they can be reserved. */
export function claimedNames(command: Command, types: ResourceTypes, settings: TenantSettings): UniqueName[] {
  const type = typeOfCommand(command, types);
  if (type === null) return [];
  const kind = resourceKindOf(command.type);
  const owner: NameOwner = kind === 'resource' ? ownerOf(type) : kind;
  if ('document' in command) return uniqueNamesOf(owner, type, valuesIn(command.document), settings);
  if (!('patch' in command)) return [];
  const { patch } = command;
  return uniqueNamesOf(
    owner,
    type,
    (attribute, extension) => assignedValue(patch, attribute, extension),
    settings,
  );
}
