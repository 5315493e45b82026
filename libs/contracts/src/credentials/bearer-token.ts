import { createHash, randomBytes } from 'node:crypto';
import { crc32 } from 'node:zlib';

/**
 * `mst_` + 32 random base62 characters (190 bits) + `_` + 6 characters of CRC-32: a double click selects all of it, secret
 * scanners know the prefix, and a cut or mistyped paste is told apart from a wrong token without a look-up.
 */
const PREFIX = 'mst_';
const RANDOM_LENGTH = 32;
const CHECKSUM_LENGTH = 6;
const ALPHABET = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz';
const FORM = new RegExp(`^${PREFIX}[0-9A-Za-z]{${RANDOM_LENGTH}}_[0-9A-Za-z]{${CHECKSUM_LENGTH}}$`);

function checksum(text: string): string {
  let rest = crc32(text);
  let digits = '';
  for (let i = 0; i < CHECKSUM_LENGTH; i += 1) {
    digits = ALPHABET.charAt(rest % 62) + digits;
    rest = Math.floor(rest / 62);
  }
  return digits;
}

/** A new secret; shown once, never stored. */
export function generateBearerToken(): string {
  let random = '';
  while (random.length < RANDOM_LENGTH) {
    // 248 = 4 * 62: dropping the rest keeps every character equally likely.
    for (const byte of randomBytes(RANDOM_LENGTH)) {
      if (byte < 248 && random.length < RANDOM_LENGTH) random += ALPHABET.charAt(byte % 62);
    }
  }
  return `${PREFIX}${random}_${checksum(PREFIX + random)}`;
}

/** Whether the text is a whole token: form and checksum. Says nothing of whether it is known. */
export function isWellFormedToken(token: string): boolean {
  return FORM.test(token) && token.endsWith(checksum(token.slice(0, PREFIX.length + RANDOM_LENGTH)));
}

/** SHA-256, hex: how gateway and directory speak of a token. At rest there is an HMAC of this. */
export function hashBearerToken(token: string): string {
  return createHash('sha256').update(token).digest('hex');
}
