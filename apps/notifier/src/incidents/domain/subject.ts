import type { ProvisioningFailure, ResourceKind } from '@muster/contracts';
import { oneLine } from '../../text/one-line.js';

/** Who a failure was about, as a mail counts and names it. */
export interface IncidentSubject {
  readonly kind: ResourceKind;
  /** The same for every failure of the same resource, as far as the requests tell. */
  readonly key: string;
  /** One printable line; user name, else display name, else an id. */
  readonly name: string;
}

/** Code points; what a list in a mail or a table can show. */
export const NAME_CHARACTERS_MAX = 120;
const KEY_CHARACTERS_MAX = 256;

/** A subject for every failure: one without any name is told apart by its resource, or else by its request. */
export function subjectOf(
  failure: Pick<
    ProvisioningFailure,
    'subject' | 'resourceKind' | 'resourceType' | 'resourceId' | 'requestId'
  >,
): IncidentSubject {
  const { userName, displayName, externalId } = failure.subject;
  // Nobody knows by its id alone what a resource of the tenant's own type is.
  const type = failure.resourceType === undefined ? '' : `${failure.resourceType} `;
  const candidates = [userName, displayName, externalId, failure.resourceId, failure.requestId];
  for (const candidate of candidates) {
    const line = oneLine(candidate ?? '', KEY_CHARACTERS_MAX);
    if (line === '') continue;
    return {
      kind: failure.resourceKind,
      key: oneLine(`${type}${line}`, KEY_CHARACTERS_MAX).toLowerCase(),
      name: oneLine(`${type}${line}`, NAME_CHARACTERS_MAX),
    };
  }
  return { kind: failure.resourceKind, key: '', name: `unnamed ${failure.resourceKind}` };
}
