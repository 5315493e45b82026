import { expect } from '@jest/globals';
import type { ScimResponse } from './gateway-world.js';

/** Expects a SCIM error (RFC 7644 section 3.12) that is whole: body, status, media type, request id. */
export function expectScimError(response: ScimResponse, status: number, scimType?: string): void {
  expect(response.body).toEqual({
    schemas: ['urn:ietf:params:scim:api:messages:2.0:Error'],
    status: String(status),
    ...(scimType === undefined ? {} : { scimType }),
    detail: expect.any(String),
  });
  expect(response.status).toBe(status);
  expect(response.headers.get('content-type')).toBe('application/scim+json');
  expect(response.headers.get('x-request-id')).toMatch(/^[0-9a-f-]{36}$/);
}
