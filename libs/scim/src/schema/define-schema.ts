import { invalidValue } from '../errors/scim-error.js';
import {
  ATTRIBUTE_TYPES,
  MUTABILITIES,
  RETURNED,
  UNIQUENESSES,
  type AttributeDefinition,
  type AttributeType,
  type SchemaDefinition,
} from './attribute-definition.js';
import { AttributeSet, NO_ATTRIBUTES } from './attribute-set.js';
import { SchemaJson } from './schema-json.js';

/** Longest value of any string, in bytes of UTF-8. */
export const STRING_BYTES_MAX = 64 * 1024;
/** Longest value that a unique index has to hold, in bytes of UTF-8, before and after normalising. */
export const UNIQUE_STRING_BYTES_MAX = 512;
/** Most values of a multi-valued attribute. */
export const VALUES_MAX = 1_000;
/** Most members in one group document. */
export const MEMBERS_MAX = 100_000;

const ATTRIBUTES_MAX = 500;
const TEXT_BYTES_MAX = 4096;
const URN = /^[A-Za-z][A-Za-z0-9+.-]{0,31}:[\w!$&'()*+,;=:@./~%#?-]{1,255}$/;
const ATTRIBUTE_NAME = /^(?:\$ref|[A-Za-z][A-Za-z0-9_-]{0,127})$/;

/**
 * Parses the JSON form of a schema (RFC 7643 s7), as an administrator supplies it or as this library's own data
 * holds it. Characteristics left out take the defaults of RFC 7643 s2.2. Strict: unknown properties, names that repeat
 * in another case, nested complex attributes and names every JavaScript object inherits are refused with 400
 * `invalidValue` naming the place, which begins with `place`.
 */
export function defineSchema(json: unknown, place = 'schema'): SchemaDefinition {
  const schema = SchemaJson.read(json, place);
  schema.allow(['schemas', 'id', 'name', 'description', 'attributes', 'meta']);
  const id = schema.text('id', TEXT_BYTES_MAX);
  if (!URN.test(id)) throw invalidValue(`${place}.id is not a URN.`);
  return Object.freeze({
    id,
    name: schema.text('name', TEXT_BYTES_MAX),
    description: schema.textOr('description', '', TEXT_BYTES_MAX),
    attributes: defineAttributes(schema.list('attributes', ATTRIBUTES_MAX), true),
  });
}

function defineAttributes(items: readonly SchemaJson[], complexAllowed: boolean): AttributeSet {
  const seen = new Set<string>();
  const definitions = items.map((item) => {
    const definition = defineAttribute(item, complexAllowed);
    const folded = definition.name.toLowerCase();
    if (seen.has(folded)) throw invalidValue(`${item.place}.name repeats another attribute's.`);
    seen.add(folded);
    return definition;
  });
  return new AttributeSet(definitions);
}

const CHARACTERISTICS = [
  'name',
  'type',
  'multiValued',
  'description',
  'required',
  'canonicalValues',
  'caseExact',
  'mutability',
  'announcedMutability',
  'returned',
  'uniqueness',
  'referenceTypes',
  'subAttributes',
  'lengthBytesMax',
  'valuesMax',
];

function defineAttribute(item: SchemaJson, complexAllowed: boolean): AttributeDefinition {
  item.allow(CHARACTERISTICS);
  const name = item.text('name', 128);
  // `toString` and its like exist on ordinary objects: a lookup could find what no client ever sent.
  if (!ATTRIBUTE_NAME.test(name) || name in Object.prototype) {
    throw invalidValue(`${item.place}.name is not an attribute name.`);
  }
  const type = item.oneOf('type', ATTRIBUTE_TYPES, 'string');
  if (type === 'complex' && !complexAllowed) throw invalidValue(`${item.place} nests complex in complex.`);
  const uniqueness = item.oneOf('uniqueness', UNIQUENESSES, 'none');
  const mutability = item.oneOf('mutability', MUTABILITIES, 'readWrite');
  const subAttributes = item.listOr('subAttributes', ATTRIBUTES_MAX);
  if (type !== 'complex' && subAttributes.length > 0)
    throw invalidValue(`${item.place} has subAttributes, but is of type ${type}.`);
  if (type === 'complex' && subAttributes.length === 0)
    throw invalidValue(`${item.place} is complex and has no subAttributes.`);
  const stringBytesMax = uniqueness === 'none' ? STRING_BYTES_MAX : UNIQUE_STRING_BYTES_MAX;
  return Object.freeze({
    name,
    type,
    multiValued: item.flag('multiValued', false),
    description: item.textOr('description', '', TEXT_BYTES_MAX),
    required: item.flag('required', false),
    canonicalValues: Object.freeze(item.texts('canonicalValues')),
    caseExact: caseExactOf(item, type),
    mutability,
    announcedMutability: item.oneOf('announcedMutability', MUTABILITIES, mutability),
    returned: item.oneOf('returned', RETURNED, 'default'),
    uniqueness,
    referenceTypes: Object.freeze(item.texts('referenceTypes')),
    subAttributes: type === 'complex' ? defineAttributes(subAttributes, false) : NO_ATTRIBUTES,
    lengthBytesMax: item.count('lengthBytesMax', stringBytesMax, STRING_BYTES_MAX),
    valuesMax: item.count('valuesMax', VALUES_MAX, MEMBERS_MAX),
  });
}

/** Encoded bytes differ in what they encode when they differ in case, whatever a schema says (RFC 7643 s2.3.6). */
function caseExactOf(item: SchemaJson, type: AttributeType): boolean {
  const given = item.flag('caseExact', type === 'reference');
  return type === 'binary' || given;
}
