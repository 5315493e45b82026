export const DEVICE = 'urn:example:Device';
export const LOCATION = 'urn:example:Location';
export const BADGE = 'urn:example:Badge';
export const TEAM = 'urn:example:Team';

export type Json = Readonly<Record<string, unknown>>;

export const schema = (id: string, ...attributes: readonly Json[]) => ({ id, name: id, attributes });
export const serial = { name: 'serial', uniqueness: 'server' };
export const room = { name: 'room' };
export const colour = { name: 'colour' };
const budget = { name: 'budget', type: 'integer' };

export interface RegistrationParts {
  readonly device?: readonly Json[] | null;
  readonly location?: readonly Json[] | null;
  readonly badge?: readonly Json[] | null;
  readonly team?: readonly Json[] | null;
}

/** Devices that may have a location, users that may have a badge, groups that may have a budget; null leaves one out. */
export function registration({
  device = [serial],
  location = [room],
  badge = [colour],
  team = [budget],
}: RegistrationParts = {}) {
  const extending = (urn: string, attributes: readonly Json[] | null) =>
    attributes === null ? [] : [{ schema: urn, required: false }];
  return {
    schemas: [
      ...(device === null ? [] : [schema(DEVICE, ...device)]),
      ...(location === null || device === null ? [] : [schema(LOCATION, ...location)]),
      ...(badge === null ? [] : [schema(BADGE, ...badge)]),
      ...(team === null ? [] : [schema(TEAM, ...team)]),
    ],
    resourceTypes: [
      ...(device === null
        ? []
        : [
            {
              name: 'Device',
              endpoint: '/Devices',
              schema: DEVICE,
              schemaExtensions: extending(LOCATION, location),
            },
          ]),
      { name: 'User', schemaExtensions: extending(BADGE, badge) },
      { name: 'Group', schemaExtensions: extending(TEAM, team) },
    ],
  };
}

export type Kind = 'user' | 'group' | 'device';

/** `$1` is the tenant, `$2` the id, `$3` the document; for what the write path would store. */
export const INSERTS: Readonly<Record<Kind, string>> = {
  user: `insert into directory.users (tenant_id, id, version, user_name_key, active, document, created_at, last_modified, created_by)
         values ($1, $2, 1, $2::uuid::text, true, $3::jsonb, now(), now(), $2)`,
  group: `insert into directory.groups (tenant_id, id, version, display_name_key, member_count, document, created_at, last_modified, created_by)
          values ($1, $2, 1, $2::uuid::text, 0, $3::jsonb, now(), now(), $2)`,
  device: `insert into directory.resources (tenant_id, id, type, version, document, created_at, last_modified, created_by)
           values ($1, $2, 'Device', 1, $3::jsonb, now(), now(), $2)`,
};
