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
  readonly previousCursor: string | null;
}

const NOTHING: ResourceList = { totalResults: 0, resources: [], nextCursor: null, previousCursor: null };
/** What only counts, and is not shown on the page. */
const UNSEEN = { cursor: '', count: 0 };

/** Where a walk through one of the kinds is, and which way it goes. */
interface KindWalk {
  readonly place: string;
  readonly backwards: boolean;
}

/**
 * One list over users and groups (RFC 7644 section 3.4.2.1): all users, then all groups, each in the order in which they
 * were created, so that pages are as stable as those of one kind. `totalResults` is the sum of both.
 */
export class BothKindsLister {
  constructor(private readonly lister: Pick<ResourceLister, 'list' | 'last'>) {}

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
    return sum(users, groups, { next: null, previous: null });
  }

  /**
   * A cursor says which kind it walks, which way, and where that walk is: `u.` or `g.` before a cursor of the one kind leads
   * forwards, `u~` or `g~` backwards. Without one behind it the walk begins there: at the first, or at the last of the kind.
   */
  private byCursor(query: RootQuery, cursor: string): Promise<ListOfBothKinds> {
    const [, kind, way, place = ''] = /^([ug])([.~])(.*)$/.exec(cursor === '' ? 'u.' : cursor) ?? [];
    if (kind === undefined) throw invalidCursor('The cursor does not belong to this query.');
    const walk = { place, backwards: way === '~' };
    return kind === 'u' ? this.fromUsers(query, walk) : this.fromGroups(query, walk);
  }

  /** Users, and forwards the first groups where the users end. */
  private async fromUsers({ users: ofUsers, groups: ofGroups, count }: RootQuery, walk: KindWalk) {
    const users = await this.walk(ofUsers, walk, count);
    const ends = !walk.backwards && users.nextCursor === null;
    const room = ends ? count - users.resources.length : 0;
    const groups = await this.part(ofGroups, { cursor: '', count: room });
    return sum(users, groups, {
      next: nextCursor(users, groups, count),
      previous: users.previousCursor && `u~${users.previousCursor}`,
    });
  }

  /** Groups, and backwards the last users where the groups begin. */
  private async fromGroups({ users: ofUsers, groups: ofGroups, count }: RootQuery, walk: KindWalk) {
    const groups = await this.walk(ofGroups, walk, count);
    const begins = walk.backwards && groups.previousCursor === null;
    const room = begins ? count - groups.resources.length : 0;
    const users =
      room === 0
        ? await this.part(ofUsers, UNSEEN)
        : await this.walk(ofUsers, { place: '', backwards: true }, room);
    return sum(users, groups, {
      next: groups.nextCursor && `g.${groups.nextCursor}`,
      previous: previousCursor(users, groups, count),
    });
  }

  private walk(
    query: ResourceQuery | null,
    { place, backwards }: KindWalk,
    count: number,
  ): Promise<ResourceList> {
    if (query === null || place !== '' || !backwards) return this.part(query, { cursor: place, count });
    return this.lister.last({ ...query, count });
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

function previousCursor(users: ResourceList, groups: ResourceList, count: number): string | null {
  if (groups.previousCursor !== null) return `g~${groups.previousCursor}`;
  if (users.previousCursor !== null) return `u~${users.previousCursor}`;
  // The page begins with the first of the groups.
  const usersRemain = count > 0 && users.resources.length === 0 && users.totalResults > 0;
  return usersRemain ? 'u~' : null;
}

function sum(
  users: ResourceList,
  groups: ResourceList,
  cursors: { readonly next: string | null; readonly previous: string | null },
): ListOfBothKinds {
  return {
    totalResults: users.totalResults + groups.totalResults,
    users: users.resources,
    groups: groups.resources,
    nextCursor: cursors.next,
    previousCursor: cursors.previous,
  };
}
