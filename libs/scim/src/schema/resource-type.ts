import { invalidValue } from '../errors/scim-error.js';
import { type AttributeDefinition, type SchemaDefinition } from './attribute-definition.js';
import { AttributeSet } from './attribute-set.js';
import { COMMON_ATTRIBUTES } from './common-attributes.js';
import { SchemaJson } from './schema-json.js';

/** A schema that extends a resource type, RFC 7643 s6. */
export interface SchemaExtension {
  readonly schema: SchemaDefinition;
  readonly required: boolean;
}

/** A kind of resource: its endpoint, its core schema and its extensions (RFC 7643 s6), indexed for look-up. */
export interface ResourceType {
  readonly id: string;
  readonly name: string;
  readonly description: string;
  /** Relative to the base URL, with its slash: `/Users`. */
  readonly endpoint: string;
  readonly schema: SchemaDefinition;
  readonly extensions: readonly SchemaExtension[];
  /** The common attributes (`schemas`, `id`, `externalId`, `meta`), then those of the core schema. */
  readonly attributes: AttributeSet;
  /** The core schema and the extensions by their URN in lower case. */
  readonly schemasByUrn: ReadonlyMap<string, SchemaDefinition>;
  /** Extension attributes by their name in lower case alone, where only one extension and not the core has it. */
  readonly unqualified: ReadonlyMap<string, ExtensionAttribute>;
  /** Attributes of which no two resources of the type may have the same value; `id`, which is the server's, left out. */
  readonly uniqueAttributes: readonly UniqueAttribute[];
}

/** An attribute whose values are unique within the tenant (RFC 7643 s7: `uniqueness` is `server`). */
export interface UniqueAttribute {
  readonly definition: AttributeDefinition;
  /** URN of the extension that has it; absent for the core schema. */
  readonly extension?: string;
}

/** An attribute and the extension schema that defines it. */
export interface ExtensionAttribute {
  readonly schema: SchemaDefinition;
  readonly definition: AttributeDefinition;
}

/** What the JSON form of a resource type consists of. */
export const RESOURCE_TYPE_PROPERTIES: readonly string[] = [
  'schemas',
  'id',
  'name',
  'description',
  'endpoint',
  'schema',
  'schemaExtensions',
  'meta',
];
/** Schemas that may extend one resource type. */
export const EXTENSIONS_MAX = 20;
const ENDPOINT = /^\/[A-Za-z][A-Za-z0-9_-]{0,63}$/;

/**
 * Parses the JSON form of a resource type (RFC 7643 s6). `schemas` holds what `schema` and `schemaExtensions` refer to
 * by URN. Strict as `defineSchema`: throws 400 `invalidValue` naming the place, which begins with `place`.
 */
export function defineResourceType(
  json: unknown,
  schemas: readonly SchemaDefinition[],
  place = 'resourceType',
): ResourceType {
  const item = SchemaJson.read(json, place);
  item.allow(RESOURCE_TYPE_PROPERTIES);
  const name = item.text('name', 64);
  const endpoint = item.text('endpoint', 65);
  if (!ENDPOINT.test(endpoint)) throw invalidValue(`${place}.endpoint is not a path of one segment.`);
  const schema = schemaNamed(schemas, item.text('schema', 288), `${place}.schema`);
  const extensions = item.listOr('schemaExtensions', EXTENSIONS_MAX).map((extension) => {
    extension.allow(['schema', 'required']);
    return Object.freeze({
      schema: schemaNamed(schemas, extension.text('schema', 288), `${extension.place}.schema`),
      required: extension.flag('required', false),
    });
  });
  const attributes = new AttributeSet([...COMMON_ATTRIBUTES, ...schema.attributes]);
  return Object.freeze({
    id: item.textOr('id', name, 64),
    name,
    description: item.textOr('description', '', 4096),
    endpoint,
    schema,
    extensions: Object.freeze(extensions),
    attributes,
    schemasByUrn: indexSchemas(schema, extensions, place),
    unqualified: indexUnqualified(attributes, extensions),
    uniqueAttributes: Object.freeze([
      ...uniqueIn(schema).map((definition) => Object.freeze({ definition })),
      ...extensions.flatMap((extension) =>
        uniqueIn(extension.schema).map((definition) =>
          Object.freeze({ definition, extension: extension.schema.id }),
        ),
      ),
    ]),
  });
}

function uniqueIn({ attributes }: SchemaDefinition): AttributeDefinition[] {
  return attributes.list.filter(({ uniqueness }) => uniqueness !== 'none');
}

/** The extension with this URN, in any case. */
export function findExtension(resourceType: ResourceType, urn: string): SchemaExtension | undefined {
  const schema = resourceType.schemasByUrn.get(urn.toLowerCase());
  return resourceType.extensions.find((extension) => extension.schema === schema);
}

function schemaNamed(schemas: readonly SchemaDefinition[], urn: string, place: string): SchemaDefinition {
  const found = schemas.find((schema) => schema.id.toLowerCase() === urn.toLowerCase());
  if (found === undefined) throw invalidValue(`${place} is not a known schema.`);
  return found;
}

function indexSchemas(
  core: SchemaDefinition,
  extensions: readonly SchemaExtension[],
  place: string,
): ReadonlyMap<string, SchemaDefinition> {
  const index = new Map([[core.id.toLowerCase(), core]]);
  for (const { schema } of extensions) {
    const urn = schema.id.toLowerCase();
    if (index.has(urn)) throw invalidValue(`${place}.schemaExtensions repeats a schema.`);
    index.set(urn, schema);
  }
  return index;
}

function indexUnqualified(
  attributes: AttributeSet,
  extensions: readonly SchemaExtension[],
): ReadonlyMap<string, ExtensionAttribute> {
  const index = new Map<string, ExtensionAttribute>();
  const ambiguous = new Set<string>();
  for (const { schema } of extensions) {
    for (const definition of schema.attributes) {
      const name = definition.name.toLowerCase();
      if (index.has(name) || attributes.find(name) !== undefined) ambiguous.add(name);
      index.set(name, Object.freeze({ schema, definition }));
    }
  }
  for (const name of ambiguous) index.delete(name);
  return index;
}
