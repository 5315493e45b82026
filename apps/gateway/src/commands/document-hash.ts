import { createHash } from 'node:crypto';
import type { ScimDocument, ScimValue } from '@muster/scim';

/**
 * SHA-256, hex, over the canonical JSON of a document: attributes in code unit order, no white space. Two bodies that mean
 * the same resource have the same hash, whatever the order of their attributes.
 */
export function documentHash(document: ScimDocument): string {
  return createHash('sha256').update(canonicalJson(document)).digest('hex');
}

/** Depth is bounded by the schema, which a parsed document has passed. */
function canonicalJson(value: ScimValue): string {
  if (Array.isArray(value)) return `[${(value as readonly ScimValue[]).map(canonicalJson).join(',')}]`;
  if (typeof value !== 'object') return JSON.stringify(value);
  const document = value as ScimDocument;
  const members = Object.keys(document)
    .sort()
    .map((name) => `${JSON.stringify(name)}:${canonicalJson(document[name]!)}`);
  return `{${members.join(',')}}`;
}
