import { invalidCursor } from '@muster/scim';
import type { ResourceQuery } from '../domain/resource-query.js';
import type { RootQuery } from '../domain/root-query.js';
import type { ResourceList, ResourceLister } from './list-resources.js';
import type { RenderedResource } from './resource-reader.js';

export interface ListOfBothKinds {
  readonly totalResults: number;
  readonly users: readonly RenderedResource[];
  readonly groups: readonly RenderedResource[];
  readonly nextCursor: string | null;
}

const NOTHING: ResourceList = { totalResults: 0, resources: [], nextCursor: null };

/**
 * One list over users and groups (RFC 7644 section 3.4.2.1): all users, then all groups, each in the order in which they
 * were created, so that pages are as stable as those of one kind. `totalResults` is the sum of both.
 */
export class BothKindsLister {
  constructor(private readonly lister: Pick<ResourceLister, 'list'>) {}

  list(query: RootQuery): Promise<ListOfBothKinds> {
    return query.cursor === null ? this.byIndex(query) : this.byCursor(query, query.cursor);
  }

  private async byIndex({
    users: ofUsers,
    groups: ofGroups,
    startIndex,
    count,
  }: RootQuery): Promise<ListOfBothKinds> {
    const users = await this.part(ofUsers, { startIndex, count });
    const shown = users.resources.length;
    // A page of large documents is cut short: its groups come when its users are through.
    const usersRemain = shown > 0 && startIndex - 1 + shown < users.totalResults;
    const groups = await this.part(ofGroups, {
      startIndex: Math.max(1, startIndex - users.totalResults),
      count: usersRemain ? 0 : count - shown,
    });
    return sum(users, groups, null);
  }

  /** A cursor says which kind it walks, and where that walk is: `u.` or `g.` before a cursor of the one kind. */
  private async byCursor(query: RootQuery, cursor: string): Promise<ListOfBothKinds> {
    const { users: ofUsers, groups: ofGroups, count } = query;
    const [, kind, place = ''] = /^([ug])\.(.*)$/.exec(cursor === '' ? 'u.' : cursor) ?? [];
    if (kind === undefined) throw invalidCursor('The cursor does not belong to this query.');
    if (kind === 'g') {
      const groups = await this.part(ofGroups, { cursor: place, count });
      const users = await this.part(ofUsers, { cursor: '', count: 0 });
      return sum(users, groups, groups.nextCursor === null ? null : `g.${groups.nextCursor}`);
    }
    const users = await this.part(ofUsers, { cursor: place, count });
    const room = users.nextCursor === null ? count - users.resources.length : 0;
    const groups = await this.part(ofGroups, { cursor: '', count: room });
    return sum(users, groups, nextCursor(users, groups, count));
  }

  private part(query: ResourceQuery | null, more: Partial<ResourceQuery>): Promise<ResourceList> {
    return query === null ? Promise.resolve(NOTHING) : this.lister.list({ ...query, ...more });
  }
}

function nextCursor(users: ResourceList, groups: ResourceList, count: number): string | null {
  if (users.nextCursor !== null) return `u.${users.nextCursor}`;
  if (groups.nextCursor !== null) return `g.${groups.nextCursor}`;
  // The page was full with the last of the users.
  const groupsRemain = count > 0 && groups.resources.length === 0 && groups.totalResults > 0;
  return groupsRemain ? 'g.' : null;
}

function sum(users: ResourceList, groups: ResourceList, next: string | null): ListOfBothKinds {
  return {
    totalResults: users.totalResults + groups.totalResults,
    users: users.resources,
    groups: groups.resources,
    nextCursor: next,
  };
}
