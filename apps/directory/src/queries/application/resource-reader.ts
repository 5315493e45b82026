import type { TenantId } from '@muster/contracts';
import type { ResolvedFilter } from '@muster/scim';
import type { ResourceKey, ResourceKind, SortOrder } from '../domain/resource-query.js';

/** What a list is made of: the same for every page of a walk. */
export interface ResourceSelection {
  readonly tenantId: TenantId;
  readonly kind: ResourceKind;
  readonly filter: ResolvedFilter | null;
  readonly sort: SortOrder | null;
}

export interface PageRequest extends ResourceSelection {
  /** Only what lies behind this place in the directory's own order; not together with `sort`. */
  readonly afterSeq: number | null;
  /** Passed over from there. */
  readonly offset: number;
  readonly limit: number;
  readonly withReferences: boolean;
  /** Count all of the selection, too, where that costs nothing: without a filter. */
  readonly withTotal: boolean;
}

/** A `StoredResource` as JSON text: the document goes from the database to the gateway without being parsed on the way. */
export interface RenderedResource {
  readonly seq: number;
  readonly json: string;
}

export interface Page {
  readonly resources: readonly RenderedResource[];
  readonly total: number | null;
  /** Cut before `limit` because the resources are too large, or have too many members, between them. */
  readonly cut: boolean;
}

/**
 * Reads resources of one tenant; never writes. Throws `ScimError` 400 `invalidFilter` for a filter that the store cannot
 * answer, 400 `tooMany` for one that takes too long, `DatabaseError` for what went wrong in the store.
 */
export interface ResourceReader {
  /** The resource as JSON text, or null. */
  read(key: ResourceKey, withReferences: boolean): Promise<string | null>;
  page(request: PageRequest): Promise<Page>;
  count(selection: ResourceSelection): Promise<number>;
}
