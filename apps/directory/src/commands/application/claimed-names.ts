import type { Command, TenantSettings } from '@muster/contracts';
import { uniqueNamesOfGroup } from '../../groups/domain/unique-names-of-group.js';
import type { UniqueName } from '../../resources/domain/unique-name.js';
import { uniqueNamesOfUser } from '../../users/domain/unique-names-of-user.js';
import { assignedValue } from './assigned-value.js';

/** The unique values that a command would give its resource; known before anything is decided, so that they can be reserved. */
export function claimedNames(command: Command, settings: TenantSettings): UniqueName[] {
  switch (command.type) {
    case 'user.create.requested':
    case 'user.replace.requested':
      return uniqueNamesOfUser(command.document, settings);
    case 'group.create.requested':
    case 'group.replace.requested':
      return uniqueNamesOfGroup(command.document, settings);
    case 'user.patch.requested': {
      const { patch } = command;
      return uniqueNamesOfUser(
        { userName: assignedValue(patch, 'userName'), externalId: assignedValue(patch, 'externalId') },
        settings,
      );
    }
    case 'group.patch.requested': {
      const { patch } = command;
      return uniqueNamesOfGroup(
        { displayName: assignedValue(patch, 'displayName'), externalId: assignedValue(patch, 'externalId') },
        settings,
      );
    }
    case 'user.delete.requested':
    case 'group.delete.requested':
      return [];
  }
}
