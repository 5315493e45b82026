/** How one client writes what all clients mean: its tenant URL and its headers. */
export interface Dialect {
  readonly name: string;
  /** Path of the tenant URL, as an administrator typed it. */
  readonly base: string;
  /** Query of the tenant URL; it goes with every request. */
  readonly query?: string;
  readonly contentType: string;
  readonly accept?: string;
}

/** Path and query of a request in this dialect. */
export function targetOf({ base, query }: Dialect, path: string): string {
  const target = base + path;
  if (query === undefined) return target;
  const queryAt = target.indexOf('?');
  if (queryAt === -1) return `${target}?${query}`;
  return `${target.slice(0, queryAt)}?${query}&${target.slice(queryAt + 1)}`;
}
