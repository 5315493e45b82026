import type { ResourcePlace } from '@muster/contracts';
import {
  ENTERPRISE_USER_SCHEMA_URN,
  GROUP_SCHEMA_URN,
  USER_SCHEMA_URN,
  groupResourceType,
  userResourceType,
  type ResolvedAttribute,
  type ResourceType,
} from '@muster/scim';

/**
 * How an attribute that is not (or not only) in the document is found in the tables. `sql` is an expression over the aliases
 * of its table; `r` is the resource.
 */
export type ColumnMapping =
  /** Text, normalised by the SCIM engine before it was stored where its attribute is not caseExact. In "C" order. */
  | { readonly kind: 'text'; readonly sql: string; readonly indexed: boolean }
  /** Text as the client wrote it; folded in SQL where its attribute is not caseExact. */
  | { readonly kind: 'unfolded-text'; readonly sql: string }
  | { readonly kind: 'uuid'; readonly sql: string; readonly indexed: boolean }
  | { readonly kind: 'time'; readonly sql: string }
  /** The same for every resource. */
  | { readonly kind: 'constant'; readonly value: string }
  /** Not known here: the gateway makes it. */
  | { readonly kind: 'unsupported' };

/** A multi-valued attribute whose values are rows of a table. */
export interface RelationMapping {
  readonly kind: 'relation';
  /** FROM item with its alias; joins included. */
  readonly from: string;
  readonly tenant: string;
  /** The resource that has the value. */
  readonly owner: string;
  readonly subAttributes: ReadonlyMap<string, ColumnMapping>;
  /** False: the table leaves out values that lack `value`, so it answers only filters which require one. */
  readonly complete: boolean;
}

/** A user's groups: not rows of a table, but what a walk through the groups finds. */
export interface MembershipMapping {
  readonly kind: 'memberships';
  /** Of a group `g`, shown for a user as this type. */
  readonly subAttributes: (type: 'direct' | 'indirect') => RelationMapping['subAttributes'];
}

/** One kind of resource as it lies in Postgres. */
export interface ResourceSource {
  readonly kind: 'users' | 'groups' | 'resources';
  readonly resourceType: ResourceType;
  readonly table: string;
  /** How all of them are counted. */
  readonly counter: string;
  /** Where several types share the table: the name that theirs is known by. */
  readonly type?: string;
  /** By `attribute` or `attribute.subAttribute`, after the URN of an extension and a colon. What is not here is in the document. */
  readonly columns: ReadonlyMap<string, ColumnMapping>;
  readonly relations: ReadonlyMap<string, RelationMapping | MembershipMapping>;
  /** What `schemas` holds: always the first, the others when the document has them. */
  readonly schemas: { readonly core: string; readonly extensions: readonly string[] };
}

const common: readonly (readonly [string, ColumnMapping])[] = [
  ['id', { kind: 'uuid', sql: 'r.id', indexed: true }],
  ['externalId', { kind: 'text', sql: 'r.external_id', indexed: true }],
  ['meta.created', { kind: 'time', sql: 'r.created_at' }],
  ['meta.lastModified', { kind: 'time', sql: 'r.last_modified' }],
  ['meta.location', { kind: 'unsupported' }],
  ['meta.version', { kind: 'unsupported' }],
];

const unsupportedReference: readonly [string, ColumnMapping] = ['$ref', { kind: 'unsupported' }];

export const userSource: ResourceSource = {
  kind: 'users',
  resourceType: userResourceType,
  table: 'directory.users',
  counter: 'user',
  columns: new Map<string, ColumnMapping>([
    ...common,
    ['meta.resourceType', { kind: 'constant', value: userResourceType.name }],
    ['userName', { kind: 'text', sql: 'r.user_name_key', indexed: true }],
    [
      `${ENTERPRISE_USER_SCHEMA_URN}:manager.displayName`,
      { kind: 'unfolded-text', sql: `(${managerName('r')})` },
    ],
  ]),
  relations: new Map<string, RelationMapping | MembershipMapping>([
    [
      'emails',
      {
        kind: 'relation',
        from: 'directory.user_emails v',
        tenant: 'v.tenant_id',
        owner: 'v.user_id',
        complete: false,
        subAttributes: new Map<string, ColumnMapping>([
          ['value', { kind: 'text', sql: 'v.value_key', indexed: true }],
          ['type', { kind: 'text', sql: 'v.type_key', indexed: false }],
        ]),
      },
    ],
    [
      'groups',
      {
        kind: 'memberships',
        subAttributes: (type) =>
          new Map<string, ColumnMapping>([
            ['value', { kind: 'uuid', sql: 'g.id', indexed: true }],
            ['display', { kind: 'text', sql: 'g.display_name_key', indexed: true }],
            ['type', { kind: 'constant', value: type }],
            unsupportedReference,
          ]),
      },
    ],
  ]),
  schemas: { core: USER_SCHEMA_URN, extensions: [ENTERPRISE_USER_SCHEMA_URN] },
};

export const groupSource: ResourceSource = {
  kind: 'groups',
  resourceType: groupResourceType,
  table: 'directory.groups',
  counter: 'group',
  columns: new Map<string, ColumnMapping>([
    ...common,
    ['meta.resourceType', { kind: 'constant', value: groupResourceType.name }],
    ['displayName', { kind: 'text', sql: 'r.display_name_key', indexed: true }],
  ]),
  relations: new Map<string, RelationMapping>([
    [
      'members',
      {
        kind: 'relation',
        from: 'directory.group_members v',
        tenant: 'v.tenant_id',
        owner: 'v.group_id',
        complete: true,
        subAttributes: new Map<string, ColumnMapping>([
          ['value', { kind: 'uuid', sql: 'v.member_id', indexed: true }],
          ['type', { kind: 'unfolded-text', sql: 'v.member_kind' }],
          ['display', { kind: 'unfolded-text', sql: memberDisplay() }],
          unsupportedReference,
        ]),
      },
    ],
  ]),
  schemas: { core: GROUP_SCHEMA_URN, extensions: [] },
};

const sources = new WeakMap<ResourceType, ResourceSource>();

/** How resources at a place lie in Postgres; users and groups with what their tenant adds to them. */
export function sourceAt(place: ResourcePlace, resourceType: ResourceType): ResourceSource {
  const known = sources.get(resourceType);
  if (known !== undefined) return known;
  const source = makeSource(place, resourceType);
  sources.set(resourceType, source);
  return source;
}

function makeSource(place: ResourcePlace, resourceType: ResourceType): ResourceSource {
  const schemas = {
    core: resourceType.schema.id,
    extensions: resourceType.extensions.map(({ schema }) => schema.id),
  };
  const made = madeReferences(resourceType);
  const withMade = (source: ResourceSource): ResourceSource => ({
    ...source,
    resourceType,
    schemas,
    columns: new Map([...made, ...source.columns]),
  });
  if (place === 'users') return withMade(userSource);
  if (place === 'groups') return withMade(groupSource);
  const { name } = resourceType;
  return withMade({
    kind: 'resources',
    resourceType,
    table: 'directory.resources',
    counter: `type:${name}`,
    type: name,
    columns: new Map<string, ColumnMapping>([
      ...common,
      ['meta.resourceType', { kind: 'constant', value: name }],
    ]),
    relations: new Map(),
    schemas,
  });
}

/** The `$ref`s that the gateway makes of the values beside them: nobody may think that none is there. */
function madeReferences({ schema, extensions }: ResourceType): [string, ColumnMapping][] {
  const homes = [
    { prefix: '', attributes: schema.attributes },
    ...extensions.map((extension) => ({
      prefix: `${extension.schema.id}:`,
      attributes: extension.schema.attributes,
    })),
  ];
  return homes.flatMap(({ prefix, attributes }) =>
    attributes.list
      .filter(({ subAttributes }) => subAttributes.find('$ref')?.mutability === 'readOnly')
      .map(({ name }): [string, ColumnMapping] => [`${prefix}${name}.$ref`, { kind: 'unsupported' }]),
  );
}

/** Where the attribute is found when it is not, or not only, in the document. */
export function columnOf(
  source: ResourceSource,
  { schema, attribute, subAttribute }: Pick<ResolvedAttribute, 'schema' | 'attribute' | 'subAttribute'>,
): ColumnMapping | undefined {
  const name = subAttribute === undefined ? attribute : `${attribute}.${subAttribute}`;
  return source.columns.get(schema === undefined ? name : `${schema}:${name}`);
}

/** The name that a group shows for its member `v`. */
export function memberDisplay(): string {
  return `case v.member_kind
    when 'User' then (${displayName('users', 'v.tenant_id', 'v.member_id')})
    else (${displayName('groups', 'v.tenant_id', 'v.member_id')}) end`;
}

/** What a user's document says of her manager: an id, or any other text, or nothing. */
export function managerOf(user: string): string {
  return `${user}.document #>> '{${ENTERPRISE_USER_SCHEMA_URN},manager,value}'`;
}

/** A manager as the id that it may be. Ids are caseExact (RFC 7643 section 3.1): one in capitals is none. */
export function managerId(manager: string): string {
  return `case when ${manager} ~ '^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$' then (${manager})::uuid end`;
}

/** The display name of a user's manager. */
export function managerName(user: string): string {
  return displayName('users', `${user}.tenant_id`, managerId(managerOf(user)));
}

/**
 * The display name of one resource, by its key (the tenant as in `SqlParameters.ofTenantByKey`).
 */
export function displayName(table: 'users' | 'groups', tenant: string, id: string): string {
  return `select m.document ->> 'displayName' from directory.${table} m where m.tenant_id is not distinct from ${tenant} and m.id = ${id}`;
}
