import type { ScimError } from '@muster/scim';
import type { CauseKey } from './causes.js';

const byScimType: ReadonlyMap<string, CauseKey> = new Map<string, CauseKey>([
  ['invalidFilter', 'invalid_filter'],
  ['tooMany', 'too_many'],
  ['uniqueness', 'duplicate_username'],
  ['mutability', 'mutability'],
  ['invalidSyntax', 'invalid_syntax'],
  ['invalidPath', 'invalid_path'],
  ['noTarget', 'no_target'],
  ['invalidValue', 'invalid_value'],
  ['invalidVers', 'invalid_syntax'],
  ['sensitive', 'sensitive'],
  ['invalidCursor', 'invalid_value'],
  ['expiredCursor', 'invalid_value'],
  ['invalidCount', 'invalid_value'],
]);

const byStatus: ReadonlyMap<number, CauseKey> = new Map<number, CauseKey>([
  [400, 'invalid_value'],
  [401, 'token_invalid'],
  [403, 'sensitive'],
  [404, 'not_found'],
  [405, 'method_not_allowed'],
  [409, 'unresolved_reference'],
  [412, 'version_conflict'],
  [413, 'too_large'],
  [415, 'unsupported_media_type'],
  [501, 'not_implemented'],
]);

/** The catalogue's row for an error of the SCIM engine. */
export function causeOfScimError(error: ScimError): CauseKey {
  const typed = error.scimType === undefined ? undefined : byScimType.get(error.scimType);
  return typed ?? byStatus.get(error.status) ?? 'internal_error';
}
