import { hashBearerToken, isWellFormedToken } from '@muster/contracts';
import { Refusal } from '../refusals/refusal.js';
import { presentedCredential } from './authorization-header.js';
import type { CredentialCache } from './credential-cache.js';
import type { Credential, Resolution } from './credential.js';

/**
 * The first step of every request: whose is this token? Throws 401 without a look-up for a token that cannot be one, 401
 * for one that the directory does not accept, 403 for a tenant that takes no provisioning now, 503 when nobody can tell.
 */
export function authenticate(
  header: string | undefined,
  cache: CredentialCache,
): Credential | Promise<Credential> {
  const presented = presentedCredential(header);
  if (presented.kind === 'none') throw new Refusal('token_missing');
  if (!isWellFormedToken(presented.token)) throw new Refusal('token_malformed');
  const resolution = cache.resolve(hashBearerToken(presented.token));
  return resolution instanceof Promise ? resolution.then(accept) : accept(resolution);
}

function accept(resolution: Resolution): Credential {
  if (!resolution.known) throw new Refusal('token_invalid');
  if (resolution.credential.state !== 'active') throw new Refusal('tenant_paused');
  return resolution.credential;
}
