import type { ListOfEverything } from '../application/list-everything.js';

/** What a list shows, one after the other, without the padding that makes documents large. */
export const shownIn = ({ pages }: ListOfEverything): string[] =>
  pages.flatMap(({ resources }) => resources.map(({ json }) => json.trimEnd()));

/** Follows cursors to the end; fails when there is none. */
export async function walkOf(
  pageAt: (cursor: string) => Promise<ListOfEverything>,
  way: 'nextCursor' | 'previousCursor',
  from: string,
): Promise<ListOfEverything[]> {
  const lists: ListOfEverything[] = [];
  for (let cursor: string | null = from; cursor !== null; cursor = lists.at(-1)?.[way] ?? null) {
    if (lists.length > 100) throw new Error('the walk has no end');
    lists.push(await pageAt(cursor));
  }
  return lists;
}
