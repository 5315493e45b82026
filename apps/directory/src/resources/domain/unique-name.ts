import type { CauseKey, ResourceId } from '@muster/contracts';

/** A value that no two resources of a tenant may share. `value` is normalised, so equal means equal to the byte. */
export interface UniqueName {
  readonly kind: UniqueNameKind;
  readonly value: string;
}

export type UniqueNameKind = 'user.userName' | 'user.externalId' | 'group.displayName' | 'group.externalId';

/** Who holds a name at this moment of the batch; null when it is free. */
export interface NameHolders {
  holderOf(name: UniqueName): ResourceId | null;
}

export const duplicateCauses: Readonly<Record<UniqueNameKind, CauseKey>> = {
  'user.userName': 'duplicate_username',
  'user.externalId': 'duplicate_external_id',
  'group.displayName': 'duplicate_display_name',
  'group.externalId': 'duplicate_external_id',
};

/** The first of the names that somebody else holds. */
export function findConflict(
  names: readonly UniqueName[],
  ownId: ResourceId,
  holders: NameHolders,
): { readonly name: UniqueName; readonly holder: ResourceId } | null {
  for (const name of names) {
    const holder = holders.holderOf(name);
    if (holder !== null && holder !== ownId) return { name, holder };
  }
  return null;
}
