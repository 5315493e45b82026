import { isComplex, isList, type ScimDocument, type ScimValue } from '../document/scim-document.js';
import { needsAttribute } from '../projection/parse-projection.js';
import { project } from '../projection/project.js';
import { DEFAULT_PROJECTION, type Projection } from '../projection/projection.js';
import { type AttributeDefinition } from '../schema/attribute-definition.js';
import { type AttributeSet } from '../schema/attribute-set.js';
import { ENTERPRISE_USER_SCHEMA_URN } from '../schema/enterprise-user-schema.js';
import { type ResourceType } from '../schema/resource-type.js';
import { standardResourceTypes, type ResourceTypes } from '../schema/resource-types.js';
import { type Member } from '../patch/split-membership.js';
import { renderEtag } from './etag.js';

/** A resource as its store holds it. */
export interface StoredResource {
  readonly id: string;
  /** Canonical, without `id`, `meta` and `schemas`. */
  readonly document: ScimDocument;
  readonly version: number;
  readonly createdAt: Date | string;
  readonly lastModified: Date | string;
  /** A group's members, where they are kept apart from its document. */
  readonly members?: readonly Member[];
  /** The groups a user is a member of. */
  readonly groups?: readonly Member[];
  /** The display name of a user's manager. */
  readonly managerName?: string;
}

export interface RenderOptions {
  /** Without a slash at its end. */
  readonly baseUrl: string;
  /** What the schema returns by default, unless told. */
  readonly projection?: Projection;
  /** Those of the tenant, which its references may lead to; the standard ones unless told. */
  readonly types?: ResourceTypes;
}

/** Where references lead to. */
interface Places {
  readonly baseUrl: string;
  readonly types: ResourceTypes;
}

/** A resource on the wire: plain JSON, made for `JSON.stringify`. */
export interface ResourceMessage {
  readonly [attribute: string]: unknown;
}

interface MessageDraft {
  [attribute: string]: ScimValue;
}

/**
 * Renders a resource for a response: `schemas` (extensions only where the document has them), `id`, `externalId`, the
 * attributes in the order of the schema, the extensions, `meta`. The order does not depend on that of the document, so
 * equal resources give equal bytes. `$ref` of members, groups and managers is made here, and of whatever else has one that is readOnly and a `value`. Attributes the schema does not
 * have (any more) are left out.
 */
export function renderResource(
  resourceType: ResourceType,
  stored: StoredResource,
  { baseUrl, projection = DEFAULT_PROJECTION, types = standardResourceTypes }: RenderOptions,
): ResourceMessage {
  const { document } = stored;
  const places = { baseUrl, types };
  const message: MessageDraft = { schemas: [], id: stored.id };
  const schemas: string[] = [resourceType.schema.id];
  if (document['externalId'] !== undefined) message['externalId'] = document['externalId'];
  renderAttributes(resourceType.schema.attributes, document, message, places);
  if (stored.members !== undefined && needsAttribute(projection, 'members')) {
    message['members'] = renderReferences(stored.members, places);
  }
  if (stored.groups !== undefined && stored.groups.length > 0 && needsAttribute(projection, 'groups')) {
    message['groups'] = renderReferences(stored.groups, places, 'Group');
  }
  for (const { schema } of resourceType.extensions) {
    const extension = document[schema.id];
    if (!isComplex(extension)) continue;
    const rendered: MessageDraft = {};
    renderAttributes(schema.attributes, extension, rendered, places);
    const manager = schema.id === ENTERPRISE_USER_SCHEMA_URN ? rendered['manager'] : undefined;
    if (stored.managerName !== undefined && isComplex(manager)) {
      rendered['manager'] = { ...manager, displayName: stored.managerName };
    }
    message[schema.id] = rendered;
    schemas.push(schema.id);
  }
  message['schemas'] = schemas;
  message['meta'] = {
    resourceType: resourceType.name,
    created: instant(stored.createdAt),
    lastModified: instant(stored.lastModified),
    location: locationOf(resourceType, stored.id, baseUrl),
    version: renderEtag(stored.version),
  };
  return project(resourceType, message, projection);
}

/** The URI of a resource, for `meta.location` and the `Location` header. */
export function locationOf(resourceType: ResourceType, id: string, baseUrl: string): string {
  return `${baseUrl}${resourceType.endpoint}/${encodeURIComponent(id)}`;
}

function renderAttributes(
  set: AttributeSet,
  document: ScimDocument,
  message: MessageDraft,
  places: Places,
): void {
  for (const definition of set.list) {
    const value = document[definition.name];
    if (value === undefined) continue;
    message[definition.name] =
      definition.type === 'complex' ? renderComplex(definition, value, places) : value;
  }
}

function renderComplex(definition: AttributeDefinition, value: ScimValue, places: Places): ScimValue {
  if (isList(value)) return value.map((each) => renderOne(definition, each, places));
  return renderOne(definition, value, places);
}

function renderOne(definition: AttributeDefinition, value: ScimValue, places: Places): ScimValue {
  if (!isComplex(value)) return value;
  const rendered: MessageDraft = {};
  for (const { name, mutability, referenceTypes } of definition.subAttributes.list) {
    const part = value[name];
    if (part !== undefined) rendered[name] = part;
    else if (name === '$ref' && mutability === 'readOnly') {
      const uri = referenceUri(value, referenceTypes, places);
      if (uri !== undefined) rendered[name] = uri;
    }
  }
  return rendered;
}

function renderReferences(members: readonly Member[], places: Places, otherwise = 'User'): ScimValue {
  return members.map((member) => {
    const uri = referenceUri(member, [otherwise], places);
    return {
      value: member.value,
      ...(uri === undefined ? {} : { $ref: uri }),
      ...(member.type === undefined ? {} : { type: member.type }),
      ...(member.display === undefined ? {} : { display: member.display }),
    };
  });
}

/** The kind of resource is what the reference says of itself, where the tenant has that, or the first that the schema names. */
function referenceUri(
  { value, type }: { readonly value?: ScimValue; readonly type?: ScimValue },
  [otherwise]: readonly string[],
  { baseUrl, types }: Places,
): string | undefined {
  if (typeof value !== 'string') return undefined;
  const kind =
    types.all.find(({ name }) => name === type) ?? types.all.find(({ name }) => name === otherwise);
  return kind === undefined ? undefined : locationOf(kind, value, baseUrl);
}

function instant(time: Date | string): string {
  return typeof time === 'string' ? time : time.toISOString();
}
