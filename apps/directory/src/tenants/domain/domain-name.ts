import { domainToASCII, domainToUnicode } from 'node:url';

declare const brand: unique symbol;
/** A DNS name in ASCII lower case: internationalised labels are punycode (RFC 5890), no dot at the end. */
export type DomainName = string & { readonly [brand]: 'DomainName' };

const LENGTH_MAX = 253;
const LABEL = /^[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?$/;

/** The domain as it is stored and compared, or null for text that is none (an address, an IP, an empty label). */
export function parseDomainName(text: string): DomainName | null {
  const name = text.trim();
  // The URL parser behind `domainToASCII` stops at a slash or a colon and takes what stands before for the whole.
  if (name.length > LENGTH_MAX || /[\0-,/:-@[-`{-\x7f]/.test(name)) return null;
  const ascii = domainToASCII(name).replace(/\.$/, '');
  if (ascii.length === 0 || ascii.length > LENGTH_MAX) return null;
  const labels = ascii.split('.');
  // What ends in digits is an IPv4 address to a URL parser, which also rewrites it.
  if (!labels.every((label) => LABEL.test(label)) || /^\d+$/.test(labels.at(-1) ?? '')) return null;
  return ascii as DomainName;
}

/** Every spelling under which the domain may stand in a user name: ASCII, and Unicode where it differs. */
export function spellingsOf(domain: DomainName): readonly string[] {
  const unicode = domainToUnicode(domain);
  return unicode === '' || unicode === domain ? [domain] : [domain, unicode];
}
