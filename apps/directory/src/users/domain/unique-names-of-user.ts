import type { TenantSettings } from '@muster/contracts';
import { normaliseUnique, type ScimValue } from '@muster/scim';
import type { UniqueName } from '../../resources/domain/unique-name.js';

/** The two attributes of a user that can be unique, as they are in a document or as a command would set them. */
export interface UserNames {
  readonly userName?: ScimValue | undefined;
  readonly externalId?: ScimValue | undefined;
}

/** The unique values that these attributes claim, by the tenant's rules. */
export function uniqueNamesOfUser(names: UserNames, settings: TenantSettings): UniqueName[] {
  const claimed: UniqueName[] = [];
  if (typeof names.userName === 'string') {
    claimed.push({ kind: 'user.userName', value: normaliseUnique('userName', names.userName) });
  }
  if (settings.externalIdUnique && typeof names.externalId === 'string') {
    claimed.push({ kind: 'user.externalId', value: normaliseUnique('externalId', names.externalId) });
  }
  return claimed;
}
