import type { ReadOptions } from '@muster/contracts';
import {
  PAGE_BYTES_MAX,
  type PageRequest,
  type ResourceSelection,
} from '../../application/resource-reader.js';
import { compileFilter } from './compile-filter.js';
import type { ResourceKey } from '../../domain/resource-query.js';
import { managerName, memberDisplay, type ResourceSource } from './resource-source.js';
import { managerColumn, managerNamesOfPage } from './manager-names.js';
import { directionOf, sortKey } from './sort-key.js';
import { SqlParameters } from './sql-parameters.js';
import { groupsOfUsers } from './user-groups.js';
import type { SqlValue } from '@muster/persistence';

/** A statement with its values. `scans`: it may look at every resource of the tenant. */
export interface Statement {
  /** What it does; statements of several shapes may have one name. */
  readonly name: string;
  readonly text: string;
  readonly values: readonly SqlValue[];
  readonly scans: boolean;
}

/** Counting off more than this belongs with the scans. */
const OFFSET_INDEXED_MAX = 10_000;

const columns = 'r.id, r.seq, r.version, r.created_at, r.last_modified, r.document::text as document';

/** A user's groups as the JSON of `groups`. */
const userGroups = `(select f.refs from ${groupsOfUsers('array[r.id]')} f) as refs`;
/**
 * The groups of all users of `page`, looked up together (once for each of them would cost a page half as much again) and handed
 * out by id from one object. Not by a join: the planner expects a handful of rows and compares each user with everybody's groups,
 * a million comparisons for a page of 1,000.
 */
const groupsOfPage = `(select jsonb_object_agg(f.member_id, f.refs) from ${groupsOfUsers('array(select id from page)')} f) ->> r.id::text as refs`;

const memberJson = `json_agg(json_strip_nulls(json_build_object('value', v.member_id, 'type', v.member_kind, 'display', ${memberDisplay()})) order by v.member_id)::text`;
/** A group's members as the JSON of `members`. */
const groupMembers = `(select ${memberJson} from directory.group_members v where v.tenant_id is not distinct from $1::uuid and v.group_id = r.id) as refs`;

/** Members of several groups in one go: `$2` are the groups. */
export const membersOfGroups = `select v.group_id as id, ${memberJson} as refs from directory.group_members v
  where v.tenant_id is not distinct from $1::uuid and v.group_id = any ($2::uuid[]) group by v.group_id`;

export function readStatement(
  { tenantId, place, id }: ResourceKey,
  { withReferences, withManagerNames }: ReadOptions,
): Statement {
  if (place !== 'users' && place !== 'groups') {
    const type = place.slice('types/'.length);
    const text = `select ${columns} from directory.resources r where r.tenant_id is not distinct from $1::uuid and r.id = $2 and r.type = $3`;
    return { name: 'resources.read', text, values: [tenantId, id, type], scans: false };
  }
  const refs = place === 'users' ? userGroups : groupMembers;
  const withManager = withManagerNames === true && place === 'users';
  return {
    name: `${place}.read${withReferences ? '-with-references' : ''}${withManager ? '-with-manager' : ''}`,
    text: `select ${columns}${withReferences ? `, ${refs}` : ''}${withManager ? `, (${managerName('r')}) as manager_name` : ''} from directory.${place} r where r.tenant_id is not distinct from $1::uuid and r.id = $2`,
    values: [tenantId, id],
    scans: false,
  };
}

/**
 * One page. The rows are chosen first and rendered then, so that what is passed over, and what is sorted and then cut off, is
 * never rendered. A page of large documents is cut short here, before it fills the memory of two processes; `chosen` tells.
 */
export function pageStatement(source: ResourceSource, request: PageRequest): Statement {
  const parameters = new SqlParameters(request.tenantId);
  const filter = request.filter === null ? null : compileFilter(request.filter, source, parameters);
  const conditions = conditionsOf(source, filter?.indexed === true, parameters);
  if (filter !== null) conditions.push(filter.sql);
  if (request.beyondSeq !== null) {
    const beyond = request.backwards ? '<' : '>';
    conditions.push(`r.seq ${beyond} ${parameters.add(request.beyondSeq, 'bigint')}`);
  }
  const order = orderOf(source, request, filter?.indexed === true, parameters);
  const limit = parameters.add(request.limit, 'bigint');
  const offset = request.offset === 0 ? '' : ` offset ${parameters.add(request.offset, 'bigint')}`;
  // Members of a page of groups are read by a statement of their own, once it is known how many they are.
  const withGroups = request.withReferences && source.kind === 'users';
  const withManagers = request.withManagerNames === true && source.kind === 'users';
  const memberCount = source.kind === 'groups' ? ', r.member_count' : '';
  const total = request.withTotal && filter === null ? `, (${totalOf(source, parameters)}) as total` : '';
  const text = `with page as materialized (
    select r.*${order.column} from ${source.table} r where ${conditions.join(' and ')} order by ${order.inner} limit ${limit}${offset}
  ), rendered as materialized (
    select ${columns}${memberCount}${withManagers ? `, ${managerColumn}` : ''}${order.kept} from page r
  ), sized as (
    select r.*, sum(octet_length(r.document)) over (order by ${order.outer} rows unbounded preceding) - octet_length(r.document) as bytes_before
    from rendered r
  )
  select r.*, (select count(*) from page) as chosen${withGroups ? `, ${groupsOfPage}` : ''}${withManagers ? `, ${managerNamesOfPage}` : ''}${total} from sized r
  where r.bytes_before <= ${PAGE_BYTES_MAX} order by ${order.outer}`;
  const scans =
    (filter !== null && !filter.indexed) || request.sort !== null || request.offset > OFFSET_INDEXED_MAX;
  return { name: `${source.kind}.page`, text, values: parameters.values, scans };
}

export function countStatement(source: ResourceSource, selection: ResourceSelection): Statement {
  const parameters = new SqlParameters(selection.tenantId);
  if (selection.filter === null)
    return {
      name: `${source.kind}.total`,
      text: totalOf(source, parameters),
      values: parameters.values,
      scans: false,
    };
  const filter = compileFilter(selection.filter, source, parameters);
  const conditions = [...conditionsOf(source, filter.indexed, parameters), filter.sql].join(' and ');
  const text = `select count(*) as total from ${source.table} r where ${conditions}`;
  return { name: `${source.kind}.count`, text, values: parameters.values, scans: !filter.indexed };
}

/** All resources of one kind, from the counters that the write path keeps in the same transaction. */
function totalOf({ counter }: ResourceSource, parameters: SqlParameters): string {
  return `select coalesce(sum(c.count), 0)::bigint as total from directory.resource_counters c
      where c.tenant_id = ${parameters.tenant} and c.kind = ${parameters.add(counter, 'text')}`;
}

/** What makes a row one of this kind, and of this tenant. The order of a list without an indexed filter is that of an index. */
export function conditionsOf(
  { type }: ResourceSource,
  indexedFilter: boolean,
  parameters: SqlParameters,
): string[] {
  const tenant = 'r.tenant_id';
  const ofTenant = indexedFilter ? parameters.ofTenantByKey(tenant) : `${tenant} = ${parameters.tenant}`;
  return type === undefined ? [ofTenant] : [ofTenant, `r.type = ${parameters.add(type, 'text')}`];
}

interface Order {
  /** What the first step adds for the later ones to sort by. */
  readonly column: string;
  /** The same, as a later step passes it on. */
  readonly kept: string;
  readonly inner: string;
  readonly outer: string;
}

function orderOf(
  source: ResourceSource,
  { sort, backwards }: PageRequest,
  indexedFilter: boolean,
  parameters: SqlParameters,
): Order {
  const bySeq = backwards ? ' desc' : '';
  if (sort !== null) {
    const inner = directionOf(sort.descending);
    // The offset is counted off from the start in both directions; read backwards, what it leads to is turned round.
    const outer = directionOf(sort.descending !== backwards);
    const { sql } = sortKey(source, sort.attribute, parameters);
    return {
      column: `, ${sql} as sort_key`,
      kept: ', r.sort_key',
      inner: `sort_key ${inner}, r.seq`,
      outer: `r.sort_key ${outer}, r.seq${bySeq}`,
    };
  }
  // With few rows to sort, the index of the filter is what matters; `seq` as it is would tempt the planner to walk all of
  // the tenant in order until the limit is reached.
  const seq = indexedFilter ? 'r.seq + 0' : 'r.seq';
  return { column: '', kept: '', inner: `${seq}${bySeq}`, outer: `r.seq${bySeq}` };
}
