import type { ReadOptions, ResourcePlace, TenantId } from '@muster/contracts';
import type { ResolvedFilter, ResourceType } from '@muster/scim';
import type { PageReading } from '../domain/page-walk.js';
import type { ResourceKey, SortOrder } from '../domain/resource-query.js';

/** Documents on one page, all together; at least one resource is shown whatever its size. */
export const PAGE_BYTES_MAX = 16 * 1024 * 1024;

/** What a list is made of: the same for every page of a walk. */
export interface ResourceSelection {
  readonly tenantId: TenantId;
  readonly place: ResourcePlace;
  readonly resourceType: ResourceType;
  readonly filter: ResolvedFilter | null;
  readonly sort: SortOrder | null;
}

/** `beyondSeq` not together with `sort`. */
export interface PageRequest extends ResourceSelection, PageReading, ReadOptions {
  /** Count all of the selection, too, where that costs nothing: without a filter. */
  readonly withTotal: boolean;
}

/** A `StoredResource` as JSON text: the document goes from the database to the gateway without being parsed on the way. */
export interface RenderedResource {
  readonly seq: number;
  readonly json: string;
}

/** About as many bytes as the resources take. */
export function bytesOf(resources: readonly RenderedResource[]): number {
  return resources.reduce((sum, { json }) => sum + json.length, 0);
}

export interface Page {
  /** In the order of the reading: backwards, the last ones come first. */
  readonly resources: readonly RenderedResource[];
  readonly total: number | null;
  /** Cut before `limit`, at its far end, because the resources are too large, or have too many members, between them. */
  readonly cut: boolean;
}

/** Selections of several kinds, sorted as one list; a kind that has no such attribute is not sorted by itself. */
export interface InterleavingRequest {
  readonly selections: readonly ResourceSelection[];
  readonly descending: boolean;
  /** Passed over, of all kinds together. */
  readonly offset: number;
  readonly limit: number;
}

/** Kinds by their number in the request. */
export interface Interleaving {
  /** Of all kinds. */
  readonly totalResults: number;
  /** Of each kind, how many are among those passed over. */
  readonly before: readonly number[];
  /** Of which kind each resource behind them is, in the order of the list. */
  readonly order: readonly number[];
}

/** Throws as {@link ResourceReader} does. */
export interface KindInterleaver {
  interleave(request: InterleavingRequest): Promise<Interleaving>;
}

/**
 * Reads resources of one tenant; never writes. Throws `ScimError` 400 `invalidFilter` for a filter that the store cannot
 * answer, 400 `tooMany` for one that takes too long, `DatabaseError` for what went wrong in the store.
 */
export interface ResourceReader {
  /** The resource as JSON text, or null. */
  read(key: ResourceKey, options: ReadOptions): Promise<string | null>;
  page(request: PageRequest): Promise<Page>;
  count(selection: ResourceSelection): Promise<number>;
}
