import { displayName } from './resource-source.js';

/** A user's own groups are level 1; what lies above this level is not shown. Also the end of a circle of groups. */
export const GROUP_LEVELS_MAX = 10;
/** Groups that one group is a member of, followed upwards at the most. */
const PARENTS_MAX = 1_000;
/** Memberships of all users of a statement together, and steps upwards from their groups. */
const ROWS_MAX = 100_000;

/**
 * A table of (`member_id`, `refs`): for each of the users the JSON of `groups` (RFC 7643 section 4.1.2), direct ones first. A
 * user's groups and the groups above them, however the paths meet, are each shown once; a group that she is in both ways is
 * direct. Groups are followed upwards once for all users, from the distinct groups they are in, so a page costs what its
 * groups cost and not what its users do. The result is materialized: a planner without statistics, as after a first import,
 * expects one row and would make the whole of it again for each user of the page.
 *
 * @param users An SQL expression for an array of user ids; `$1` is the tenant.
 */
export function groupsOfUsers(users: string): string {
  // The limits inside the lateral joins keep the planner on the index of members: it must not join with all of the table, nor read
  // all of the tenant's memberships in the order of their groups because the list of users might be long.
  return `(with recursive direct as materialized (
    select u.id as member_id, p.group_id
    from unnest(${users}) as u (id) cross join lateral (
      select v.group_id from directory.group_members v
      where v.tenant_id is not distinct from $1::uuid and v.member_id = u.id limit ${ROWS_MAX}
    ) p
    limit ${ROWS_MAX}
  ), above (start_id, group_id, level) as (
    select d.group_id, d.group_id, 1 from (select distinct group_id from direct) d
    union
    select a.start_id, p.group_id, a.level + 1
    from above a cross join lateral (
      select v.group_id from directory.group_members v
      where v.tenant_id is not distinct from $1::uuid and v.member_id = a.group_id limit ${PARENTS_MAX}
    ) p
    where a.level < ${GROUP_LEVELS_MAX}
  ), reached as (
    select d.member_id, a.group_id, min(a.level) as level
    from direct d join (select * from above limit ${ROWS_MAX}) a on a.start_id = d.group_id
    group by d.member_id, a.group_id
  ), shown as materialized (
    select f.member_id, json_agg(json_build_object('value', f.group_id, 'display',
        (${displayName('groups', '$1', 'f.group_id')}),
        'type', case f.level when 1 then 'direct' else 'indirect' end) order by f.level > 1, f.group_id)::text as refs
    from reached f group by f.member_id
  )
  select member_id, refs from shown)`;
}
