import type { Condition } from './condition.js';
import type { SqlParameters } from './sql-parameters.js';
import { GROUP_LEVELS_MAX } from './user-groups.js';

/**
 * Conditions on the user `r` about the groups that a read shows for her (`groupsOfUsers`), each given as a condition on a group
 * `g`. Every walk starts at the groups in question and goes down, so that a filter costs what these groups hold. A join is spelled
 * as a look-up for each row (`offset 0` keeps it one): the planner has no idea how many groups a walk finds, and would now and then
 * read all members of the tenant instead. Circles end at the last level; up to there each group is walked through once on a level.
 */

/** Users who have such a group, whether as a direct or an indirect one. */
export function inGroup(group: Condition, parameters: SqlParameters): Condition {
  const groups = `with recursive below (group_id, level) as (
    ${groupsWhere(group, 'g.id, 1', parameters)}
    union
    select v.member_id, b.level + 1 from below b cross join lateral (${groupsIn('b.group_id', parameters)}) v
    where b.level < ${GROUP_LEVELS_MAX}
  )
  select distinct group_id from below`;
  return isOneOf(eachOf(groups, membersOf('b.group_id', parameters)), group.indexed);
}

/**
 * Users who have a group as a direct one that satisfies `direct`, or as an indirect one that satisfies `indirect`. Who is both in
 * a group and in one below it is shown the group as direct.
 */
export function inGroupByType(direct: Condition, indirect: Condition, parameters: SqlParameters): Condition {
  const groups = groupsWhere(direct, 'g.id as group_id', parameters);
  const users = eachOf(groups, membersOf('b.group_id', parameters));
  const groupsBelow = `with recursive below (top_id, group_id, level) as (
    ${groupsWhere(indirect, 'g.id, g.id, 1', parameters)}
    union
    select b.top_id, v.member_id, b.level + 1 from below b cross join lateral (${groupsIn('b.group_id', parameters)}) v
    where b.level < ${GROUP_LEVELS_MAX}
  )
  select distinct top_id, group_id from below where level > 1`;
  const inTop = `select from directory.group_members d
    where ${parameters.ofTenantByKey('d.tenant_id')} and d.group_id = b.top_id and d.member_id = v.member_id`;
  const usersBelow = eachOf(groupsBelow, `${membersOf('b.group_id', parameters)} and not exists (${inTop})`);
  return isOneOf(`${users} union all ${usersBelow}`, direct.indexed && indirect.indexed);
}

function groupsWhere({ sql }: Condition, columns: string, parameters: SqlParameters): string {
  return `select ${columns} from directory.groups g where ${parameters.ofTenantByKey('g.tenant_id')} and ${sql}`;
}

/** Members of a group; those that are groups themselves do no harm where users are sought. */
function membersOf(group: string, parameters: SqlParameters): string {
  return `select v.member_id from directory.group_members v where ${parameters.ofTenantByKey('v.tenant_id')} and v.group_id = ${group}`;
}

/** Groups that are members of a group: few, and with an index of their own. */
function groupsIn(group: string, parameters: SqlParameters): string {
  return `${membersOf(group, parameters)} and v.member_kind = 'Group' offset 0`;
}

/** @param members What is looked up for each of the groups `b`. */
function eachOf(groups: string, members: string): string {
  return `select v.member_id from (${groups}) b cross join lateral (${members} offset 0) v`;
}

/**
 * A user at hand is looked up among the others, hashed once for the statement. As a plain IN the planner would make a join of it,
 * or, expecting many, a list to be read through for each user.
 */
function isOneOf(users: string, indexed: boolean): Condition {
  const perRow = `(r.id in (select unnest(array(${users})))) is true`;
  return { sql: indexed ? `r.id = any (array(${users}))` : perRow, indexed, perRow };
}
