import { type AttributeDefinition, type SchemaDefinition } from './attribute-definition.js';
import { type ResourceType } from './resource-type.js';

/**
 * An attribute as text names it: `attrPath` of RFC 7644 s3.4.2.2 (`name.givenName`, `urn:...:User:department`). Not
 * resolved: the names are as they were written. Plain JSON.
 */
export interface AttributeReference {
  /** URN of the schema, without the colon behind it. */
  readonly schema?: string;
  readonly attribute: string;
  readonly subAttribute?: string;
}

/** What a reference means in a resource type. */
export type FoundAttribute =
  | {
      readonly kind: 'attribute';
      /** Absent for common and core attributes. */
      readonly extension?: SchemaDefinition;
      readonly definition: AttributeDefinition;
      readonly subDefinition?: AttributeDefinition;
    }
  /** The reference is the URN of the core schema or of an extension: all of its attributes. */
  | { readonly kind: 'schema'; readonly schema: SchemaDefinition };

const NAME = /^(?:\$ref|[A-Za-z][A-Za-z0-9_-]{0,127})$/;
const VERSION = /^\d+(?:\.\d+)*$/;
const URN = /^urn:[a-z0-9][a-z0-9-]{0,31}:[\w!$&'()*+,;=:@./~%#?-]{1,255}$/i;

/**
 * Parses a reference, or returns undefined. A URN ends at its last colon. Two more forms are understood because
 * clients use them: `URN.attribute.sub`, and (by `findAttribute`) `URN.attribute`. So is a URN by itself, which may end in
 * a version.
 */
export function parseReference(text: string): AttributeReference | undefined {
  const colon = text.lastIndexOf(':');
  if (colon === -1) return referenceOf(undefined, text.split('.', 3));
  const schema = text.slice(0, colon);
  const names = text.slice(colon + 1).split('.', 4);
  if (!URN.test(schema)) return schemaAlone(text, colon);
  if (names.length > 3) return undefined;
  if (names.length < 3) return referenceOf(schema, names) ?? schemaAlone(text, colon);
  return NAME.test(names[0]!) ? referenceOf(`${schema}:${names[0]}`, names.slice(1)) : undefined;
}

/** A URN that cannot be taken for an attribute's: it has two colons only, or ends in a version. */
function schemaAlone(text: string, colon: number): AttributeReference | undefined {
  const last = text.slice(colon + 1);
  if (!URN.test(text) || !(NAME.test(last) || VERSION.test(last))) return undefined;
  return { schema: text.slice(0, colon), attribute: last };
}

/** True for a name an attribute may have (RFC 7643 s2.1, and `$ref`). */
export function isAttributeName(name: string): boolean {
  return NAME.test(name);
}

/** True for text that can stand before the colon of a reference. */
export function isSchemaUrn(text: string): boolean {
  return URN.test(text);
}

/** The text of a reference; `parseReference` gives it back. */
export function printReference(reference: AttributeReference): string {
  const schema = reference.schema === undefined ? '' : `${reference.schema}:`;
  const sub = reference.subAttribute === undefined ? '' : `.${reference.subAttribute}`;
  return `${schema}${reference.attribute}${sub}`;
}

/**
 * Finds what a reference means, names in any case (RFC 7643 s2.1), or returns undefined. Without a URN the common and
 * core attributes are meant; where they have no such name, and just one extension has it, that extension's.
 */
export function findAttribute(
  resourceType: ResourceType,
  reference: AttributeReference,
): FoundAttribute | undefined {
  const { schema, attribute, subAttribute } = reference;
  if (schema === undefined) {
    const definition = resourceType.attributes.find(attribute);
    if (definition !== undefined) return found(undefined, definition, subAttribute);
    const unqualified = resourceType.unqualified.get(attribute.toLowerCase());
    return unqualified && found(unqualified.schema, unqualified.definition, subAttribute);
  }
  const known = resourceType.schemasByUrn.get(schema.toLowerCase());
  const inKnown = known && inSchema(resourceType, known, attribute, subAttribute);
  if (inKnown !== undefined) return inKnown;
  // `URN` alone and `URN.attribute`: the URN's own last segment was read as the attribute.
  const whole = resourceType.schemasByUrn.get(`${schema}:${attribute}`.toLowerCase());
  if (whole === undefined) return undefined;
  if (subAttribute !== undefined) return inSchema(resourceType, whole, subAttribute, undefined);
  return { kind: 'schema', schema: whole };
}

function inSchema(
  resourceType: ResourceType,
  schema: SchemaDefinition,
  attribute: string,
  subAttribute: string | undefined,
): FoundAttribute | undefined {
  const isCore = schema === resourceType.schema;
  const definition = (isCore ? resourceType.attributes : schema.attributes).find(attribute);
  return definition && found(isCore ? undefined : schema, definition, subAttribute);
}

function found(
  extension: SchemaDefinition | undefined,
  definition: AttributeDefinition,
  subAttribute: string | undefined,
): FoundAttribute | undefined {
  const subDefinition = subAttribute === undefined ? undefined : definition.subAttributes.find(subAttribute);
  if (subAttribute !== undefined && subDefinition === undefined) return undefined;
  return {
    kind: 'attribute',
    ...(extension === undefined ? {} : { extension }),
    definition,
    ...(subDefinition === undefined ? {} : { subDefinition }),
  };
}

function referenceOf(schema: string | undefined, names: readonly string[]): AttributeReference | undefined {
  const [attribute, subAttribute] = names;
  if (attribute === undefined || names.length > 2 || !names.every((name) => NAME.test(name)))
    return undefined;
  return {
    ...(schema === undefined ? {} : { schema }),
    attribute,
    ...(subAttribute === undefined ? {} : { subAttribute }),
  };
}
