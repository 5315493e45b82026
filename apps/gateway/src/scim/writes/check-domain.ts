import { acceptsUserName, domainOf, type DomainPolicy } from '@muster/contracts';
import type { PatchRequest, ScimDocument, ScimValue } from '@muster/scim';
import { Refusal } from '../../refusals/refusal.js';

const DOMAIN_LENGTH_MAX = 253;
const WITHOUT_DOMAIN =
  'This user name has no domain, so it belongs to none of the registered ones. Map a user name of the form name@domain.';

/**
 * Throws 400 `domain_not_registered` for a user name whose domain is not the tenant's. For writes only: a connection test
 * filters on a bare GUID and must find nothing rather than fail. The directory checks again where the write is decided; here
 * it is answered before anything is queued.
 */
export function checkDomain(policy: DomainPolicy, userName: ScimValue | undefined): void {
  if (typeof userName !== 'string' || acceptsUserName(policy, userName)) return;
  const domain = domainOf(userName)?.slice(0, DOMAIN_LENGTH_MAX);
  if (domain === undefined) throw new Refusal('domain_not_registered', { detail: WITHOUT_DOMAIN });
  throw new Refusal('domain_not_registered', {
    parameters: new Map([['domain', domain]]),
    groupingKey: domain,
  });
}

/** The user name that a document would give its user. */
export function userNameIn(document: ScimDocument): ScimValue | undefined {
  return document.userName;
}

/** Every user name that a PATCH sets on its way: in normal form each has the path `userName`, however the client wrote it. */
export function userNamesSetBy(patch: PatchRequest): ScimValue[] {
  return patch.operations.flatMap((operation) =>
    operation.op !== 'remove' &&
    operation.path.attribute === 'userName' &&
    operation.path.schema === undefined
      ? [operation.value]
      : [],
  );
}
