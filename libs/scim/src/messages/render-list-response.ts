export const LIST_MESSAGE_URN = 'urn:ietf:params:scim:api:messages:2.0:ListResponse';

export interface ListPage<T> {
  readonly resources: readonly T[];
  readonly totalResults: number;
  /** Left out of a page that was asked for by cursor. */
  readonly startIndex?: number;
  readonly itemsPerPage: number;
  readonly nextCursor?: string;
  readonly previousCursor?: string;
}

/** A list response, RFC 7644 s3.4.2 and RFC 9865. `Resources` is there even when it is empty: connectors insist. */
export interface ListMessage<T> {
  readonly schemas: readonly [typeof LIST_MESSAGE_URN];
  readonly totalResults: number;
  readonly startIndex?: number;
  readonly itemsPerPage: number;
  readonly nextCursor?: string;
  readonly previousCursor?: string;
  readonly Resources: readonly T[];
}

export function renderListResponse<T>(page: ListPage<T>): ListMessage<T> {
  return {
    schemas: [LIST_MESSAGE_URN],
    totalResults: page.totalResults,
    ...(page.startIndex === undefined ? {} : { startIndex: page.startIndex }),
    itemsPerPage: page.itemsPerPage,
    ...(page.nextCursor === undefined ? {} : { nextCursor: page.nextCursor }),
    ...(page.previousCursor === undefined ? {} : { previousCursor: page.previousCursor }),
    Resources: page.resources,
  };
}
