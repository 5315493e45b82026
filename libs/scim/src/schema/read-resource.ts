import { isRawObject, type RawObject } from '../document/raw-object.js';
import {
  emptyDocument,
  isComplex,
  isEmptyDocument,
  type DocumentDraft,
  type ScimDocument,
} from '../document/scim-document.js';
import { invalidSyntax, invalidValue } from '../errors/scim-error.js';
import { type SchemaDefinition } from './attribute-definition.js';
import { type ResourceType } from './resource-type.js';
import { type ValueReader } from './value-reader.js';

/**
 * Reads the body of a POST (`create`) or PUT (`replace`) into a canonical document: canonical names, extension attributes
 * under their URN, and neither `id`, `meta` nor `schemas`, which rendering adds. Throws 400 `invalidSyntax` or
 * `invalidValue`.
 */
export function readResource(
  resourceType: ResourceType,
  body: unknown,
  mode: 'create' | 'replace',
  reader: ValueReader,
): ScimDocument {
  if (!isRawObject(body)) throw invalidSyntax('The body is not a JSON object.');
  checkSchemas(resourceType, body, reader);
  const draft = emptyDocument();
  readInto(resourceType, body, draft, reader);
  checkRequired(resourceType, draft, mode === 'replace' ? REPLACED_WHOLE : '', reader);
  return draft;
}

const REPLACED_WHOLE = ' PUT replaces the whole resource; PATCH changes parts of it.';

function checkRequired(
  resourceType: ResourceType,
  document: ScimDocument,
  reason: string,
  reader: ValueReader,
): void {
  reader.checkRequired(resourceType.attributes, document, reason);
  for (const { schema, required } of resourceType.extensions) {
    const extension = document[schema.id];
    if (isComplex(extension)) {
      reader.within(schema.id, () => reader.checkRequired(schema.attributes, extension, reason));
    } else if (required) {
      throw invalidValue(`${schema.id} is required.${reason}`);
    }
  }
}

function readInto(
  resourceType: ResourceType,
  raw: RawObject,
  draft: DocumentDraft,
  reader: ValueReader,
): void {
  reader.readAttributes(resourceType.attributes, raw, draft, (key, value) => {
    const schema = key.includes(':') ? schemaNamed(resourceType, key, reader) : undefined;
    if (schema === undefined) {
      reader.warn('unknownAttribute', key);
    } else if (value !== null) {
      readSchemaAttributes(resourceType, schema, value, draft, reader);
    }
  });
}

function readSchemaAttributes(
  resourceType: ResourceType,
  schema: SchemaDefinition,
  value: unknown,
  draft: DocumentDraft,
  reader: ValueReader,
): void {
  if (!isRawObject(value)) throw invalidValue(`${schema.id} is not an object.`);
  if (draft[schema.id] !== undefined) throw invalidValue(`${schema.id} appears twice.`);
  // Attributes of the core schema may come under its URN; they are the same attributes.
  const isCore = schema === resourceType.schema;
  const target = isCore ? draft : emptyDocument();
  reader.within(schema.id, () =>
    reader.readAttributes(schema.attributes, value, target, (key) => reader.warn('unknownAttribute', key)),
  );
  if (!isCore && !isEmptyDocument(target)) draft[schema.id] = target;
}

function schemaNamed(
  resourceType: ResourceType,
  key: string,
  reader: ValueReader,
): SchemaDefinition | undefined {
  const known = resourceType.schemasByUrn.get(key.toLowerCase());
  if (known !== undefined) return known;
  const meant = reader.tolerance.misnamedSchema(resourceType, key);
  return meant === undefined ? undefined : resourceType.schemasByUrn.get(meant.toLowerCase());
}

const SCHEMAS_MAX = 100;

/**
 * RFC 7643 s3 requires `schemas`, but connectors leave custom URNs out and put foreign ones in. What the resource is
 * follows from the endpoint, so differences are only worth a warning.
 */
function checkSchemas(resourceType: ResourceType, body: RawObject, reader: ValueReader): void {
  const key = Object.hasOwn(body, 'schemas')
    ? 'schemas'
    : Object.keys(body).find((each) => each.toLowerCase() === 'schemas');
  const raw = key === undefined ? [] : body[key];
  const urns: readonly unknown[] = Array.isArray(raw) ? raw : raw === null ? [] : [raw];
  if (urns.length > SCHEMAS_MAX) throw invalidValue(`schemas holds more than ${SCHEMAS_MAX} values.`);
  let hasCore = false;
  for (const urn of urns) {
    if (typeof urn !== 'string') throw invalidValue('schemas is not a list of URNs.');
    const schema = resourceType.schemasByUrn.get(urn.toLowerCase());
    if (schema === undefined) reader.warn('unknownSchema', urn);
    else if (schema === resourceType.schema) hasCore = true;
  }
  if (!hasCore) reader.warn('missingSchema', resourceType.schema.id);
}
