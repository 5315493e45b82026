import type { TenantSettings } from '@muster/contracts';
import { normaliseUnique, type ScimValue } from '@muster/scim';
import type { UniqueName } from '../../resources/domain/unique-name.js';

/** The two attributes of a group that can be unique, as they are in a document or as a command would set them. */
export interface GroupNames {
  readonly displayName?: ScimValue | undefined;
  readonly externalId?: ScimValue | undefined;
}

/** The unique values that these attributes claim, by the tenant's rules. */
export function uniqueNamesOfGroup(names: GroupNames, settings: TenantSettings): UniqueName[] {
  const claimed: UniqueName[] = [];
  if (settings.groupDisplayNameUnique && typeof names.displayName === 'string') {
    claimed.push({ kind: 'group.displayName', value: normaliseUnique('displayName', names.displayName) });
  }
  if (settings.externalIdUnique && typeof names.externalId === 'string') {
    claimed.push({ kind: 'group.externalId', value: normaliseUnique('externalId', names.externalId) });
  }
  return claimed;
}
