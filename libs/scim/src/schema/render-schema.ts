import { type AttributeDefinition, type SchemaDefinition } from './attribute-definition.js';
import { type ResourceType } from './resource-type.js';

export const SCHEMA_SCHEMA_URN = 'urn:ietf:params:scim:schemas:core:2.0:Schema';
export const RESOURCE_TYPE_SCHEMA_URN = 'urn:ietf:params:scim:schemas:core:2.0:ResourceType';

/** A schema as `/Schemas` shows it, RFC 7643 s7. */
export interface SchemaMessage {
  readonly schemas: readonly string[];
  readonly id: string;
  readonly name: string;
  readonly description: string;
  readonly attributes: readonly AttributeMessage[];
  readonly meta: DiscoveryMeta;
}

export interface AttributeMessage {
  readonly name: string;
  readonly type: string;
  readonly multiValued: boolean;
  readonly description: string;
  readonly required: boolean;
  readonly canonicalValues?: readonly string[];
  readonly caseExact: boolean;
  readonly mutability: string;
  readonly returned: string;
  readonly uniqueness: string;
  readonly referenceTypes?: readonly string[];
  readonly subAttributes?: readonly AttributeMessage[];
}

/** A resource type as `/ResourceTypes` shows it, RFC 7643 s6. */
export interface ResourceTypeMessage {
  readonly schemas: readonly string[];
  readonly id: string;
  readonly name: string;
  readonly description: string;
  readonly endpoint: string;
  readonly schema: string;
  readonly schemaExtensions: readonly { readonly schema: string; readonly required: boolean }[];
  readonly meta: DiscoveryMeta;
}

export interface DiscoveryMeta {
  readonly resourceType: string;
  readonly location: string;
}

/** Renders a schema for discovery. `baseUrl` has no slash at its end. Nothing in it is null: some clients choke on that. */
export function renderSchema(schema: SchemaDefinition, baseUrl: string): SchemaMessage {
  return {
    schemas: [SCHEMA_SCHEMA_URN],
    id: schema.id,
    name: schema.name,
    description: schema.description,
    attributes: schema.attributes.list.map(renderAttribute),
    meta: { resourceType: 'Schema', location: `${baseUrl}/Schemas/${schema.id}` },
  };
}

/** Renders a resource type for discovery. `baseUrl` has no slash at its end. */
export function renderResourceType(resourceType: ResourceType, baseUrl: string): ResourceTypeMessage {
  return {
    schemas: [RESOURCE_TYPE_SCHEMA_URN],
    id: resourceType.id,
    name: resourceType.name,
    description: resourceType.description,
    endpoint: resourceType.endpoint,
    schema: resourceType.schema.id,
    schemaExtensions: resourceType.extensions.map(({ schema, required }) => ({
      schema: schema.id,
      required,
    })),
    meta: { resourceType: 'ResourceType', location: `${baseUrl}/ResourceTypes/${resourceType.id}` },
  };
}

function renderAttribute(definition: AttributeDefinition): AttributeMessage {
  return {
    name: definition.name,
    type: definition.type,
    multiValued: definition.multiValued,
    description: definition.description,
    required: definition.required,
    ...(definition.canonicalValues.length === 0 ? {} : { canonicalValues: definition.canonicalValues }),
    caseExact: definition.caseExact,
    mutability: definition.announcedMutability,
    returned: definition.returned,
    uniqueness: definition.uniqueness,
    ...(definition.referenceTypes.length === 0 ? {} : { referenceTypes: definition.referenceTypes }),
    ...(definition.type === 'complex'
      ? { subAttributes: definition.subAttributes.list.map(renderAttribute) }
      : {}),
  };
}
