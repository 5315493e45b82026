import type { DomainPolicy, ResolveCredentialResponse } from '@muster/contracts';
import { tokenHmac } from '../domain/access-token.js';
import { spellingsOf } from '../domain/domain-name.js';
import { effectiveSettings } from '../domain/tenant.js';
import type { CredentialLookup, KnownCredential } from './tenant-registry.js';
import type { TokenUsage } from './token-usage.js';

export interface ResolveCredentialOptions {
  readonly lookup: CredentialLookup;
  readonly usage: TokenUsage;
  readonly tokenPepper: string;
  readonly now: () => Date;
}

/** Says whose bearer token this is. One statement; the use is noted in memory and written later. */
export class CredentialResolver {
  constructor(private readonly options: ResolveCredentialOptions) {}

  /** @param tokenHash SHA-256 of the bearer token, hex. */
  async resolve(tokenHash: string): Promise<ResolveCredentialResponse> {
    const found = await this.options.lookup.byHmac(tokenHmac(this.options.tokenPepper, tokenHash));
    if (found === null) return { known: false, reason: 'unknown' };
    if (found.revoked) return { known: false, reason: 'revoked' };
    if (found.expired) return { known: false, reason: 'expired' };
    this.options.usage.note(found.tokenId, this.options.now());
    const { tenantId, name, state, settings, schemas } = found.tenant;
    return {
      known: true,
      tokenId: found.tokenId,
      tenant: {
        tenantId,
        name,
        state,
        domainPolicy: policyOf(found.tenant),
        settings: effectiveSettings(settings),
        schemas,
      },
    };
  }
}

function policyOf(tenant: KnownCredential['tenant']): DomainPolicy {
  return tenant.anyDomain
    ? { kind: 'any' }
    : { kind: 'registered', domains: tenant.domains.flatMap(spellingsOf) };
}
