import { invalidValue } from '../errors/scim-error.js';
import { type AttributeDefinition, type SchemaDefinition } from './attribute-definition.js';
import { COMMON_ATTRIBUTES } from './common-attributes.js';
import { defineSchema } from './define-schema.js';
import { enterpriseUserSchema } from './enterprise-user-schema.js';
import { groupSchema } from './group-schema.js';
import { defineResourceType, type ResourceType } from './resource-type.js';
import { resourceTypesOf, type ResourceTypes } from './resource-types.js';
import { SchemaJson } from './schema-json.js';
import { groupResourceType, userResourceType } from './standard-resource-types.js';
import { userSchema } from './user-schema.js';

/** Schemas that a tenant may register. */
export const TENANT_SCHEMAS_MAX = 50;
/** Resource types that a tenant may register beside users and groups. */
export const TENANT_RESOURCE_TYPES_MAX = 20;
/** Attributes and sub-attributes of all schemas that a tenant registers, together. */
export const TENANT_ATTRIBUTES_MAX = 2_000;

const STANDARD_SCHEMAS: readonly SchemaDefinition[] = [userSchema, groupSchema, enterpriseUserSchema];
const STANDARD_TYPES: readonly ResourceType[] = [userResourceType, groupResourceType];
/** What the protocol itself serves or defines below the base address. */
const RESERVED_ENDPOINTS = [
  '/Users',
  '/Groups',
  '/Me',
  '/Bulk',
  '/Schemas',
  '/ResourceTypes',
  '/ServiceProviderConfig',
];
const RESERVED_NAMES = ['Schema', 'ResourceType', 'ServiceProviderConfig'];
const RESERVED_URN = /^urn:ietf:params:scim:api:/i;
const TYPE_NAME = /^[A-Za-z][A-Za-z0-9_-]{0,63}$/;

/**
 * Parses what a tenant registers: `{ "schemas": [...], "resourceTypes": [...] }`, schemas as in RFC 7643 s7, resource types as
 * in s6. A resource type called `User` or `Group` adds its `schemaExtensions` to the standard one; any other is a kind of
 * resource of the tenant's own, with an endpoint of its own.
 *
 * Strict, since a person reads the answer and mends the file: throws 400 `invalidValue` naming the place for what
 * `defineSchema` and `defineResourceType` refuse, for what the standard reserves, for a schema that nothing uses, and for
 * characteristics that could not be kept: a required `writeOnly` or `readOnly` attribute (values of the first are dropped, of
 * the second never accepted), and uniqueness of anything but a single text within the tenant.
 */
export function defineTenantSchemas(json: unknown): ResourceTypes {
  const root = SchemaJson.read(json, 'registration');
  root.allow(['schemas', 'resourceTypes']);
  const schemas = root.rawList('schemas', TENANT_SCHEMAS_MAX).map(defineSchema);
  checkSchemas(schemas);
  const known = [...STANDARD_SCHEMAS, ...schemas];
  let user = userResourceType;
  let group = groupResourceType;
  const own: ResourceType[] = [];
  const seen = new Names('resourceType.name', []);
  const endpoints = new Names('resourceType.endpoint', RESERVED_ENDPOINTS);
  for (const raw of root.rawList('resourceTypes', TENANT_RESOURCE_TYPES_MAX + STANDARD_TYPES.length)) {
    const name = SchemaJson.read(raw, 'resourceType').text('name', 64);
    seen.add(name);
    if (name === userResourceType.name) user = extended(userResourceType, raw, known);
    else if (name === groupResourceType.name) group = extended(groupResourceType, raw, known);
    else {
      const type = defineResourceType(raw, known);
      checkOwnType(type);
      endpoints.add(type.endpoint);
      own.push(type);
    }
  }
  if (own.length > TENANT_RESOURCE_TYPES_MAX)
    throw invalidValue(`resourceTypes holds more than ${TENANT_RESOURCE_TYPES_MAX} of the tenant's own.`);
  const types = resourceTypesOf(user, group, own);
  checkUse(types, schemas);
  return types;
}

/** Names that may each be there once, in any case. */
class Names {
  readonly #taken: Set<string>;

  constructor(
    private readonly place: string,
    reserved: readonly string[],
  ) {
    this.#taken = new Set(reserved.map((name) => name.toLowerCase()));
  }

  add(name: string): void {
    const folded = name.toLowerCase();
    if (this.#taken.has(folded)) throw invalidValue(`${this.place} ${name} is taken or reserved.`);
    this.#taken.add(folded);
  }
}

/** The standard type with what the tenant adds. Everything else of it may be repeated, and cannot be changed. */
function extended(standard: ResourceType, raw: unknown, schemas: readonly SchemaDefinition[]): ResourceType {
  const item = SchemaJson.read(raw, 'resourceType');
  const same = (name: 'endpoint' | 'schema', value: string): void => {
    if (item.textOr(name, value, 288).toLowerCase() !== value.toLowerCase())
      throw invalidValue(`resourceType.${name} of ${standard.name} cannot be changed.`);
  };
  same('endpoint', standard.endpoint);
  same('schema', standard.schema.id);
  const given = item.listOr('schemaExtensions', 20).map((extension) => ({
    schema: extension.text('schema', 288),
    required: extension.flag('required', false),
  }));
  const repeated = new Set(given.map(({ schema }) => schema.toLowerCase()));
  const kept = standard.extensions
    .map(({ schema, required }) => ({ schema: schema.id, required }))
    .filter(({ schema }) => !repeated.has(schema.toLowerCase()));
  const { id, name, description, endpoint, schema } = standard;
  return defineResourceType(
    { id, name, description, endpoint, schema: schema.id, schemaExtensions: [...kept, ...given] },
    schemas,
  );
}

function checkOwnType(type: ResourceType): void {
  if (!TYPE_NAME.test(type.name))
    throw invalidValue('resourceType.name is a letter followed by letters, digits, _ and -.');
  const reserved = [...RESERVED_NAMES, ...STANDARD_TYPES.map(({ name }) => name)];
  if (reserved.some((name) => name.toLowerCase() === type.name.toLowerCase()))
    throw invalidValue(`resourceType.name ${type.name} is reserved.`);
  if (type.id !== type.name) throw invalidValue(`resourceType.id of ${type.name} differs from its name.`);
  if (STANDARD_SCHEMAS.includes(type.schema))
    throw invalidValue(`resourceType.schema of ${type.name} is the schema of another type.`);
  for (const { name } of COMMON_ATTRIBUTES) {
    if (type.schema.attributes.find(name) !== undefined)
      throw invalidValue(`${type.schema.id} defines ${name}, which every resource has.`);
  }
}

function checkSchemas(schemas: readonly SchemaDefinition[]): void {
  const ids = new Names(
    'schema.id',
    STANDARD_SCHEMAS.map(({ id }) => id),
  );
  let attributes = 0;
  for (const schema of schemas) {
    if (RESERVED_URN.test(schema.id)) throw invalidValue(`schema.id ${schema.id} is reserved for messages.`);
    ids.add(schema.id);
    for (const definition of schema.attributes) {
      attributes += 1 + definition.subAttributes.list.length;
      checkAttribute(definition, `${schema.id}:${definition.name}`, true);
    }
  }
  if (attributes > TENANT_ATTRIBUTES_MAX)
    throw invalidValue(`The schemas have more than ${TENANT_ATTRIBUTES_MAX} attributes.`);
}

function checkAttribute(definition: AttributeDefinition, place: string, isTopLevel: boolean): void {
  const { mutability, required, uniqueness, multiValued, type } = definition;
  if (required && mutability === 'writeOnly')
    throw invalidValue(`${place} is required and writeOnly: a value that is never kept cannot be demanded.`);
  if (required && mutability === 'readOnly')
    throw invalidValue(`${place} is required and readOnly: no client could ever supply it.`);
  if (uniqueness === 'global')
    throw invalidValue(`${place} has uniqueness global; the tenant is all there is, which is server.`);
  const isUniqueText = isTopLevel && !multiValued && (type === 'string' || type === 'reference');
  if (uniqueness === 'server' && (!isUniqueText || mutability === 'writeOnly'))
    throw invalidValue(`${place} cannot be unique: only a single text of a schema's first level can.`);
  for (const sub of definition.subAttributes) checkAttribute(sub, `${place}.${sub.name}`, false);
}

/** A schema describes one kind of resource, or extends some; one that does neither is a mistake in the file. */
function checkUse(types: ResourceTypes, schemas: readonly SchemaDefinition[]): void {
  const cores = types.all.map(({ schema }) => schema);
  for (const schema of schemas) {
    if (!types.schemas.includes(schema)) throw invalidValue(`${schema.id} is used by no resource type.`);
    if (cores.filter((core) => core === schema).length > 1)
      throw invalidValue(`${schema.id} is the schema of several resource types.`);
  }
}
