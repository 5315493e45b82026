import { renderScimError, type ScimErrorMessage } from '../errors/scim-error.js';
import type { ScimType } from '../errors/scim-type.js';

export const BULK_RESPONSE_URN = 'urn:ietf:params:scim:api:messages:2.0:BulkResponse';

/** What became of one operation of a bulk request. */
export interface BulkResult {
  readonly method?: string;
  readonly bulkId?: string;
  /** Of the resource; left out where a POST made none. */
  readonly location?: string;
  /** An entity tag; left out where there is no resource (any more). */
  readonly version?: string;
  readonly status: number;
  readonly error?: { readonly status: number; readonly detail: string; readonly scimType?: ScimType };
}

interface BulkResultMessage extends Omit<BulkResult, 'status' | 'error'> {
  readonly status: string;
  readonly response?: ScimErrorMessage;
}

export interface BulkMessage {
  readonly schemas: readonly [typeof BULK_RESPONSE_URN];
  readonly Operations: readonly BulkResultMessage[];
}

/** A bulk response, RFC 7644 s3.7.3: `response` is there where an operation failed, and only there. */
export function renderBulkResponse(results: readonly BulkResult[]): BulkMessage {
  return {
    schemas: [BULK_RESPONSE_URN],
    Operations: results.map(({ status, error, ...rest }) => ({
      ...rest,
      status: String(status),
      ...(error === undefined ? {} : { response: renderScimError(error) }),
    })),
  };
}
