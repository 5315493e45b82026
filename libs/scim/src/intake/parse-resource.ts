import { type ScimDocument } from '../document/scim-document.js';
import { CLIENT_TOLERANCE } from '../quirks/client-tolerance.js';
import { readResource } from '../schema/read-resource.js';
import { type ResourceType } from '../schema/resource-type.js';
import { ValueReader } from '../schema/value-reader.js';
import { type Warning } from '../schema/warning.js';

export interface ParsedResource {
  readonly document: ScimDocument;
  readonly warnings: readonly Warning[];
}

/**
 * Parses the body of a POST (`create`) or PUT (`replace`) as connectors send it.
 *
 * The document comes out canonical: names in the case of the schema, extension attributes nested under their URN,
 * booleans real, lists real, nothing null or empty, `primary` true at most once per attribute. It has no `id`, `meta`
 * and `schemas` (rendering adds them), no readOnly attribute and no `password`. A group's `members` stay in it. Parsing
 * a canonical document gives it back, so the same function guards an inner door.
 *
 * Unknown attributes and schemas, secrets and repeated primaries are passed over with a warning; what the client can
 * mend is refused: 400 `invalidSyntax` when the body is no object, 400 `invalidValue` with the attribute's path for a
 * wrong type, a missing required attribute, an attribute that appears twice in different case, or a value beyond its
 * limit. A replacement is held to the same rules as a creation (RFC 7644 s3.5.1).
 */
export function parseResource(
  resourceType: ResourceType,
  body: unknown,
  mode: 'create' | 'replace',
): ParsedResource {
  const reader = new ValueReader(CLIENT_TOLERANCE);
  const document = readResource(resourceType, body, mode, reader);
  return { document, warnings: reader.warnings.all };
}
