import { createHmac } from 'node:crypto';
import { generateBearerToken, hashBearerToken, type TenantId, type TokenId } from '@muster/contracts';

const DAY_MS = 86_400_000;
/** Two, so that one can be rotated while the other is in use; never three. */
export const TOKENS_ALIVE_MAX = 2;
export const TOKEN_LIFETIME_MS_DEFAULT = 365 * DAY_MS;
/** Three years: RFC 7644 section 7.4 wants the life of a bearer token bounded. */
export const TOKEN_LIFETIME_MS_MAX = (3 * 365 + 1) * DAY_MS;

/** A bearer token of a tenant as the registry keeps it; the secret itself is never stored. */
export interface AccessToken {
  readonly tokenId: TokenId;
  readonly tenantId: TenantId;
  readonly name: string;
  /** The last four characters of the secret, for people to tell tokens apart. */
  readonly hint: string;
  readonly createdAt: Date;
  readonly expiresAt: Date;
  readonly revokedAt: Date | null;
  readonly lastUsedAt: Date | null;
}

/** A token with what is only known in the moment it is made. */
export interface IssuedToken {
  readonly token: AccessToken;
  /** Shown once. */
  readonly secret: string;
  readonly hmac: Buffer;
}

/** HMAC-SHA256 of the token's SHA-256 (hex) under the pepper: whoever steals the table can neither use nor test tokens. */
export function tokenHmac(pepper: string, tokenHash: string): Buffer {
  return createHmac('sha256', pepper).update(tokenHash).digest();
}

export interface IssueTokenRequest {
  readonly tokenId: TokenId;
  readonly tenantId: TenantId;
  readonly name: string;
  readonly now: Date;
  /** Null: a year from now. */
  readonly expiresAt: Date | null;
  readonly pepper: string;
}

/** @throws RangeError for an expiry that has passed or is more than three years away */
export function issueToken(request: IssueTokenRequest): IssuedToken {
  const expiresAt = request.expiresAt ?? new Date(request.now.getTime() + TOKEN_LIFETIME_MS_DEFAULT);
  const lifetimeMs = expiresAt.getTime() - request.now.getTime();
  if (!(lifetimeMs > 0 && lifetimeMs <= TOKEN_LIFETIME_MS_MAX)) {
    throw new RangeError('The expiry of a token lies in the future, at most three years from now.');
  }
  const secret = generateBearerToken();
  return {
    secret,
    hmac: tokenHmac(request.pepper, hashBearerToken(secret)),
    token: {
      tokenId: request.tokenId,
      tenantId: request.tenantId,
      name: request.name,
      hint: secret.slice(-4),
      createdAt: request.now,
      expiresAt,
      revokedAt: null,
      lastUsedAt: null,
    },
  };
}
