import type { RootQuery } from '../domain/root-query.js';
import { RootLister, type ListOfEverything } from './list-everything.js';
import { SortedRootLister, type SortedRootListerOptions } from './list-everything-sorted.js';
import type { ResourceLister } from './list-resources.js';
import { QueryDeadline } from './query-deadline.js';

export interface EverythingOptions extends SortedRootListerOptions {
  readonly lister: Pick<ResourceLister, 'list' | 'last'>;
}

/** Lists everything that a tenant has, sorted or kind by kind, all steps of a query within one deadline. */
export function listEverythingInTime({
  lister,
  reader,
  ...cursors
}: EverythingOptions): (query: RootQuery) => Promise<ListOfEverything> {
  return (query) => {
    const deadline = new QueryDeadline();
    if (query.sorted === null) {
      return new RootLister({
        list: (part) => deadline.bound(() => lister.list(part)),
        last: (part) => deadline.bound(() => lister.last(part)),
      }).list(query);
    }
    const bounded: SortedRootListerOptions['reader'] = {
      page: (request) => deadline.bound(() => reader.page(request)),
      interleave: (request) => deadline.bound(() => reader.interleave(request)),
    };
    return new SortedRootLister({ reader: bounded, ...cursors }).list(query);
  };
}
