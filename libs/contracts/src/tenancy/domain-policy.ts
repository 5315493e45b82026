/** The domain of a user name: what follows its last `@`, in lower case; null when there is none. */
export function domainOf(userName: string): string | null {
  const at = userName.lastIndexOf('@');
  if (at < 0 || at === userName.length - 1) return null;
  return userName.slice(at + 1).toLowerCase();
}

/** What a tenant says about the domains of its user names. */
export type DomainPolicy =
  | { readonly kind: 'registered'; readonly domains: readonly string[] }
  /** No check at all: for validators that make up user names. Never the default. */
  | { readonly kind: 'any' };

/** Only user names whose domain is registered are accepted; a user name without a domain never is. Writes only. */
export function acceptsUserName(policy: DomainPolicy, userName: string): boolean {
  if (policy.kind === 'any') return true;
  const domain = domainOf(userName);
  return domain !== null && policy.domains.includes(domain);
}
