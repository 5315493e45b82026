/** What a tenant has chosen, as the directory tells it. `null`: the tenant does not exist (any more). */
export interface NotificationSettings {
  readonly tenantName: string;
  readonly email: string | null;
  readonly enabled: boolean;
}

export type SuppressionReason = 'tenant_unknown' | 'notifications_off' | 'no_address' | 'address_invalid';

export type Recipient =
  | { readonly kind: 'address'; readonly address: string }
  | { readonly kind: 'nobody'; readonly reason: SuppressionReason };

const ADDRESS_CHARACTERS_MAX = 254;
/** One plain address (RFC 5321 section 4.1.2 without quoted local parts and address literals): no list, no comment, no line break. */
const ADDRESS = /^[^\s\p{C}"(),:;<>@[\\\]]{1,64}@[\p{L}\p{N}](?:[\p{L}\p{N}.-]*[\p{L}\p{N}])?$/u;

/** Whom a mail goes to. Only the tenant's own setting decides; nothing of a failure ever names a recipient. */
export function recipientOf(settings: NotificationSettings | null): Recipient {
  if (settings === null) return { kind: 'nobody', reason: 'tenant_unknown' };
  if (!settings.enabled) return { kind: 'nobody', reason: 'notifications_off' };
  if (settings.email === null || settings.email === '') return { kind: 'nobody', reason: 'no_address' };
  if (settings.email.length > ADDRESS_CHARACTERS_MAX || !ADDRESS.test(settings.email)) {
    return { kind: 'nobody', reason: 'address_invalid' };
  }
  return { kind: 'address', address: settings.email };
}
