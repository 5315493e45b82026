import { type ScimType } from './scim-type.js';

/** The URN of an error body, RFC 7644 s3.12. */
export const ERROR_MESSAGE_URN = 'urn:ietf:params:scim:api:messages:2.0:Error';

/**
 * A request that SCIM refuses. `detail` is written for the administrator who reads it in the client's log: it
 * names the attribute or clause at fault and never repeats a value the client sent.
 *
 * A `ScimError` is a verdict on the request, so repeating the same request gives the same error (the exception is
 * 503, see `serviceUnavailable`).
 */
export class ScimError extends Error {
  readonly status: number;
  readonly detail: string;
  readonly scimType?: ScimType;

  constructor(status: number, detail: string, scimType?: ScimType) {
    super(detail);
    this.name = 'ScimError';
    this.status = status;
    this.detail = detail;
    if (scimType !== undefined) this.scimType = scimType;
  }
}

/** The JSON body of a SCIM error. `status` is a string on the wire (RFC 7644 s3.12). */
export interface ScimErrorMessage {
  readonly schemas: readonly [typeof ERROR_MESSAGE_URN];
  readonly status: string;
  readonly scimType?: ScimType;
  readonly detail: string;
}

/** Renders an error body; `scimType` is left out when the error has none. */
export function renderScimError(error: {
  readonly status: number;
  readonly detail: string;
  readonly scimType?: ScimType;
}): ScimErrorMessage {
  return {
    schemas: [ERROR_MESSAGE_URN],
    status: String(error.status),
    ...(error.scimType === undefined ? {} : { scimType: error.scimType }),
    detail: error.detail,
  };
}

/** 400: the filter cannot be parsed, or compares what cannot be compared. */
export const invalidFilter = (detail: string): ScimError => new ScimError(400, detail, 'invalidFilter');

/** 400: a PATCH path cannot be parsed or names no attribute. */
export const invalidPath = (detail: string): ScimError => new ScimError(400, detail, 'invalidPath');

/** 400: a value is missing, of the wrong type or out of bounds. */
export const invalidValue = (detail: string): ScimError => new ScimError(400, detail, 'invalidValue');

/** 400: the body is not JSON, or not the message it should be. */
export const invalidSyntax = (detail: string): ScimError => new ScimError(400, detail, 'invalidSyntax');

/** 400: a PATCH path selects nothing that could be operated on. */
export const noTarget = (detail: string): ScimError => new ScimError(400, detail, 'noTarget');

/** 400: the change touches a readOnly, immutable or required attribute in a way it forbids. */
export const mutability = (detail: string): ScimError => new ScimError(400, detail, 'mutability');

/** 409: a unique value is in use (RFC 7644 s3.3). */
export const uniqueness = (detail: string): ScimError => new ScimError(409, detail, 'uniqueness');

/** 400: more results than the server is willing to count or return. */
export const tooMany = (detail: string): ScimError => new ScimError(400, detail, 'tooMany');

/** 403: the filter would put sensitive data into a URI (RFC 7644 s7.5.2). */
export const sensitive = (detail: string): ScimError => new ScimError(403, detail, 'sensitive');

/** 400: the protocol version in the URL is not supported. */
export const invalidVers = (detail: string): ScimError => new ScimError(400, detail, 'invalidVers');

/** 400: the cursor was not issued here (RFC 9865). */
export const invalidCursor = (detail: string): ScimError => new ScimError(400, detail, 'invalidCursor');

/** 400: the cursor is too old; start again without one (RFC 9865). */
export const expiredCursor = (detail: string): ScimError => new ScimError(400, detail, 'expiredCursor');

/** 400: `count` is not a number the server accepts (RFC 9865). */
export const invalidCount = (detail: string): ScimError => new ScimError(400, detail, 'invalidCount');

/** 401: no credential, or one that is not valid. */
export const unauthorized = (detail: string): ScimError => new ScimError(401, detail);

/** 403: the credential does not permit this. */
export const forbidden = (detail: string): ScimError => new ScimError(403, detail);

/** 404: no such resource or endpoint. */
export const notFound = (detail: string): ScimError => new ScimError(404, detail);

/** 409: the request conflicts with the state of the resource for a reason other than uniqueness. */
export const conflict = (detail: string): ScimError => new ScimError(409, detail);

/** 412: `If-Match` names another version (RFC 7644 s3.14). */
export const preconditionFailed = (detail: string): ScimError => new ScimError(412, detail);

/** 413: the body, or a list in it, is over the limit. */
export const payloadTooLarge = (detail: string): ScimError => new ScimError(413, detail);

/** 501: the operation is not offered. */
export const notImplemented = (detail: string): ScimError => new ScimError(501, detail);

/** 503: try again later; the one `ScimError` worth a retry. */
export const serviceUnavailable = (detail: string): ScimError => new ScimError(503, detail);
