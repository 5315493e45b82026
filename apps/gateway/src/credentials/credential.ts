import type { DomainPolicy, TenantId, TenantSettings, TenantState, TokenId } from '@muster/contracts';
import type { Endpoints } from '../endpoints/endpoints.js';

/** Who asks: the tenant that a bearer token belongs to, with what the gateway needs to know of it. */
export interface Credential {
  readonly tokenId: TokenId;
  readonly tenantId: TenantId;
  readonly state: TenantState;
  readonly domainPolicy: DomainPolicy;
  readonly settings: TenantSettings;
  /** What the tenant can provision, and where. */
  readonly endpoints: Endpoints;
}

/** What the directory said of a token. */
export type Resolution =
  | { readonly known: true; readonly credential: Credential }
  | { readonly known: false; readonly reason: 'unknown' | 'expired' | 'revoked' };

/** Asks the owner of all tokens. Rejects when it cannot be reached; never answers from memory. */
export interface CredentialDirectory {
  resolve(tokenHash: string): Promise<Resolution>;
}
