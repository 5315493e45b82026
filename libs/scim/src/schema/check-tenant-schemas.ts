import { invalidValue } from '../errors/scim-error.js';
import { type AttributeDefinition, type SchemaDefinition } from './attribute-definition.js';
import { COMMON_ATTRIBUTES } from './common-attributes.js';
import { STRING_BYTES_MAX, UNIQUE_STRING_BYTES_MAX, VALUES_MAX } from './define-schema.js';
import { ReservedNames } from './reserved-names.js';

/** Attributes and sub-attributes of all schemas that a tenant registers, together. */
export const TENANT_ATTRIBUTES_MAX = 2_000;

const URN_LENGTH_MAX = 255;
/**
 * Narrower than RFC 8141: what has a meaning in a filter, a path, a list of attributes or an address is not in it. The last
 * part is a name or a version, so that a path may be the URN by itself.
 */
const TENANT_URN =
  /^urn:[a-z0-9][a-z0-9-]{0,31}(?::[a-z0-9][a-z0-9._-]*)*:(?:[a-z][a-z0-9_-]*|\d+(?:\.\d+)*)$/i;
/** Messages of the protocol, and what discovery itself consists of. */
const RESERVED_URN =
  /^urn:ietf:params:scim:(?:api:|schemas:core:2\.0:(?:Schema|ResourceType|ServiceProviderConfig|Common)$)/i;

/**
 * Refuses schemas of a tenant that fit RFC 7643 and could still not be kept: names that something else has, two meanings of
 * one path, characteristics that contradict each other. `standard` are those that every tenant has.
 */
export function checkTenantSchemas(
  schemas: readonly SchemaDefinition[],
  standard: readonly SchemaDefinition[],
): void {
  const ids = new ReservedNames(standard.map(({ id }) => id));
  let attributes = 0;
  for (const { id, attributes: set } of schemas) {
    if (!TENANT_URN.test(id) || id.length > URN_LENGTH_MAX)
      throw invalidValue(
        `schema.id ${id} is not a URN of letters, digits, - _ . and : that ends in a name or a version, such as urn:example:2.0:Badge.`,
      );
    if (RESERVED_URN.test(id)) throw invalidValue(`schema.id ${id} is reserved.`);
    ids.add(id, 'schema.id');
    for (const definition of set) {
      attributes += 1 + definition.subAttributes.list.length;
      checkAttribute(definition, `${id}:${definition.name}`);
      for (const sub of definition.subAttributes)
        checkSubAttribute(sub, `${id}:${definition.name}.${sub.name}`);
    }
  }
  if (attributes > TENANT_ATTRIBUTES_MAX)
    throw invalidValue(`The schemas have more than ${TENANT_ATTRIBUTES_MAX} attributes.`);
  checkPaths(schemas, standard);
}

/** True for an attribute of which a client can supply a value that is kept. */
export function canBeSupplied({ mutability, type, subAttributes }: AttributeDefinition): boolean {
  if (mutability === 'readOnly' || mutability === 'writeOnly') return false;
  return type !== 'complex' || subAttributes.list.some(canBeSupplied);
}

function checkAttribute(definition: AttributeDefinition, place: string): void {
  checkCharacteristics(definition, place);
  const { uniqueness, multiValued, type, mutability } = definition;
  const isSingleText = !multiValued && (type === 'string' || type === 'reference');
  if (uniqueness === 'server' && (!isSingleText || mutability === 'writeOnly'))
    throw invalidValue(`${place} cannot be unique: only a single text of a schema's first level can.`);
}

function checkSubAttribute(definition: AttributeDefinition, place: string): void {
  checkCharacteristics(definition, place);
  if (definition.uniqueness === 'server')
    throw invalidValue(`${place} cannot be unique: only a single text of a schema's first level can.`);
  if (definition.multiValued)
    throw invalidValue(`${place} is multiValued: a sub-attribute has one value here.`);
}

function checkCharacteristics(definition: AttributeDefinition, place: string): void {
  const { mutability, required, uniqueness, returned } = definition;
  if (required && mutability === 'writeOnly')
    throw invalidValue(`${place} is required and writeOnly: a value that is never kept cannot be demanded.`);
  if (required && !canBeSupplied(definition))
    throw invalidValue(`${place} is required and readOnly: no client could ever supply it.`);
  if (mutability === 'writeOnly' && returned !== 'never')
    throw invalidValue(`${place} is writeOnly, so that its returned has to be never.`);
  if (uniqueness === 'global')
    throw invalidValue(`${place} has uniqueness global; the tenant is all there is, which is server.`);
  if (hasLimits(definition))
    throw invalidValue(
      `${place} sets announcedMutability, lengthBytesMax or valuesMax, which RFC 7643 does not have.`,
    );
}

/** Discovery does not show these, so that nobody could read back what holds. */
function hasLimits(definition: AttributeDefinition): boolean {
  const { mutability, announcedMutability, uniqueness, lengthBytesMax, valuesMax } = definition;
  const usual = uniqueness === 'none' ? STRING_BYTES_MAX : UNIQUE_STRING_BYTES_MAX;
  return announcedMutability !== mutability || lengthBytesMax !== usual || valuesMax !== VALUES_MAX;
}

/** `urn:x:a:b` must not be a schema as well as the attribute `b` of the schema `urn:x:a`. */
function checkPaths(schemas: readonly SchemaDefinition[], standard: readonly SchemaDefinition[]): void {
  const all = [...standard, ...schemas];
  const byId = new Map(all.map((schema) => [schema.id.toLowerCase(), schema]));
  for (const { id } of all) {
    const colon = id.lastIndexOf(':');
    const other = byId.get(id.slice(0, colon).toLowerCase());
    const name = id.slice(colon + 1);
    const isCommon = COMMON_ATTRIBUTES.some((common) => common.name.toLowerCase() === name.toLowerCase());
    if (other !== undefined && (isCommon || other.attributes.find(name) !== undefined))
      throw invalidValue(`schema.id ${id} is also the path of an attribute of ${other.id}.`);
  }
}
