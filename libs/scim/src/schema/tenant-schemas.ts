import { invalidValue } from '../errors/scim-error.js';
import { type SchemaDefinition } from './attribute-definition.js';
import { canBeSupplied, checkTenantSchemas } from './check-tenant-schemas.js';
import { COMMON_ATTRIBUTES } from './common-attributes.js';
import { defineSchema } from './define-schema.js';
import { enterpriseUserSchema } from './enterprise-user-schema.js';
import { groupSchema } from './group-schema.js';
import { ReservedNames } from './reserved-names.js';
import {
  EXTENSIONS_MAX,
  RESOURCE_TYPE_PROPERTIES,
  defineResourceType,
  type ResourceType,
} from './resource-type.js';
import { resourceTypesOf, type ResourceTypes } from './resource-types.js';
import { SchemaJson } from './schema-json.js';
import { groupResourceType, userResourceType } from './standard-resource-types.js';
import { userSchema } from './user-schema.js';

/** Schemas that a tenant may register. */
export const TENANT_SCHEMAS_MAX = 50;
/** Resource types that a tenant may register beside users and groups. */
export const TENANT_RESOURCE_TYPES_MAX = 20;
/** Attributes of one resource type, its extensions included, whose values are unique. */
export const UNIQUE_ATTRIBUTES_MAX = 20;

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
const TYPE_NAME = /^[A-Za-z][A-Za-z0-9_-]{0,63}$/;

/**
 * Parses what a tenant registers: `{ "schemas": [...], "resourceTypes": [...] }`, schemas as in RFC 7643 s7, resource types as
 * in s6. A resource type called `User` or `Group` adds its `schemaExtensions` to the standard one; any other is a kind of
 * resource of the tenant's own, with an endpoint of its own.
 *
 * Strict, since a person reads the answer and mends the file: throws 400 `invalidValue` naming the place for what
 * `defineSchema` and `defineResourceType` refuse, for what the standard reserves, for a schema that nothing uses, and for
 * characteristics that could not be kept (`checkTenantSchemas`). What `renderSchema` and `renderResourceType` make of the
 * result can be registered again and means the same.
 */
export function defineTenantSchemas(json: unknown): ResourceTypes {
  const root = SchemaJson.read(json, 'registration');
  root.allow(['schemas', 'resourceTypes']);
  const schemas = root
    .rawList('schemas', TENANT_SCHEMAS_MAX)
    .map((raw, position) => defineSchema(raw, `schemas[${position}]`));
  checkTenantSchemas(schemas, STANDARD_SCHEMAS);
  const types = defineTypes(root, [...STANDARD_SCHEMAS, ...schemas]);
  for (const type of types.all) checkType(type);
  checkUse(types, schemas);
  return types;
}

function defineTypes(root: SchemaJson, known: readonly SchemaDefinition[]): ResourceTypes {
  let user = userResourceType;
  let group = groupResourceType;
  const own: ResourceType[] = [];
  const names = new ReservedNames(RESERVED_NAMES);
  const endpoints = new ReservedNames(RESERVED_ENDPOINTS);
  const listed = root.rawList('resourceTypes', TENANT_RESOURCE_TYPES_MAX + STANDARD_TYPES.length);
  for (const [position, raw] of listed.entries()) {
    const place = `resourceTypes[${position}]`;
    const name = SchemaJson.read(raw, place).text('name', 64);
    names.add(name, `${place}.name`);
    if (name === userResourceType.name) user = extended(userResourceType, raw, known, place);
    else if (name === groupResourceType.name) group = extended(groupResourceType, raw, known, place);
    else {
      const type = defineResourceType(raw, known, place);
      checkOwnType(type, place);
      endpoints.add(type.endpoint, `${place}.endpoint`);
      own.push(type);
    }
  }
  if (own.length > TENANT_RESOURCE_TYPES_MAX)
    throw invalidValue(`resourceTypes holds more than ${TENANT_RESOURCE_TYPES_MAX} of the tenant's own.`);
  return resourceTypesOf(user, group, own);
}

/** The standard type with what the tenant adds. Everything else of it may be repeated, and cannot be changed. */
function extended(
  standard: ResourceType,
  raw: unknown,
  schemas: readonly SchemaDefinition[],
  place: string,
): ResourceType {
  const item = SchemaJson.read(raw, place);
  item.allow(RESOURCE_TYPE_PROPERTIES);
  const same = (name: 'id' | 'endpoint' | 'schema', value: string): void => {
    if (item.textOr(name, value, 288).toLowerCase() !== value.toLowerCase())
      throw invalidValue(`${place}.${name} of ${standard.name} cannot be changed.`);
  };
  const { id, name, description, endpoint, schema } = standard;
  same('id', id);
  same('endpoint', endpoint);
  same('schema', schema.id);
  const given = item.rawList('schemaExtensions', EXTENSIONS_MAX);
  const repeated = new Set(
    item
      .listOr('schemaExtensions', EXTENSIONS_MAX)
      .map((extension) => extension.text('schema', 288).toLowerCase()),
  );
  const kept = standard.extensions
    .map((extension) => ({ schema: extension.schema.id, required: extension.required }))
    .filter((extension) => !repeated.has(extension.schema.toLowerCase()));
  return defineResourceType(
    { id, name, description, endpoint, schema: schema.id, schemaExtensions: [...kept, ...given] },
    schemas,
    place,
  );
}

function checkOwnType(type: ResourceType, place: string): void {
  if (!TYPE_NAME.test(type.name))
    throw invalidValue(`${place}.name is a letter followed by letters, digits, _ and -.`);
  if (STANDARD_TYPES.some(({ name }) => name.toLowerCase() === type.name.toLowerCase()))
    throw invalidValue(`${place}.name ${type.name} is reserved.`);
  if (type.id !== type.name) throw invalidValue(`${place}.id of ${type.name} differs from its name.`);
  if (STANDARD_SCHEMAS.includes(type.schema))
    throw invalidValue(`${place}.schema of ${type.name} is the schema of another type.`);
  for (const { name } of COMMON_ATTRIBUTES) {
    if (type.schema.attributes.find(name) !== undefined)
      throw invalidValue(`${type.schema.id} defines ${name}, which every resource has.`);
  }
}

function checkType({ name, extensions, uniqueAttributes }: ResourceType): void {
  for (const { schema, required } of extensions) {
    if (STANDARD_TYPES.some((standard) => standard.schema === schema))
      throw invalidValue(`${name} is extended by ${schema.id}, which is the schema of another type.`);
    if (required && !schema.attributes.list.some(canBeSupplied))
      throw invalidValue(`${schema.id} is required for ${name} and has nothing that a client could supply.`);
  }
  if (uniqueAttributes.length > UNIQUE_ATTRIBUTES_MAX)
    throw invalidValue(`${name} has more than ${UNIQUE_ATTRIBUTES_MAX} unique attributes.`);
}

/** A schema describes one kind of resource, or extends some; one that does neither is a mistake in the file. */
function checkUse(types: ResourceTypes, schemas: readonly SchemaDefinition[]): void {
  const cores = types.all.map(({ schema }) => schema);
  const extensions = types.all.flatMap((type) => type.extensions.map(({ schema }) => schema));
  for (const schema of schemas) {
    const uses = cores.filter((core) => core === schema).length;
    const isExtension = extensions.includes(schema);
    if (uses === 0 && !isExtension) throw invalidValue(`${schema.id} is used by no resource type.`);
    if (uses > 1) throw invalidValue(`${schema.id} is the schema of several resource types.`);
    if (uses === 1 && isExtension)
      throw invalidValue(`${schema.id} is the schema of one resource type and extends another.`);
  }
}
