import { describe, expect, it } from '@jest/globals';
import * as errors from './scim-error.js';
import { SCIM_TYPES } from './scim-type.js';

const { ScimError, renderScimError } = errors;

describe('a SCIM error', () => {
  it.each([
    ['invalidFilter', 400, 'invalidFilter'],
    ['invalidPath', 400, 'invalidPath'],
    ['invalidValue', 400, 'invalidValue'],
    ['invalidSyntax', 400, 'invalidSyntax'],
    ['noTarget', 400, 'noTarget'],
    ['mutability', 400, 'mutability'],
    ['uniqueness', 409, 'uniqueness'],
    ['tooMany', 400, 'tooMany'],
    ['sensitive', 403, 'sensitive'],
    ['invalidVers', 400, 'invalidVers'],
    ['invalidCursor', 400, 'invalidCursor'],
    ['expiredCursor', 400, 'expiredCursor'],
    ['invalidCount', 400, 'invalidCount'],
    ['unauthorized', 401, undefined],
    ['forbidden', 403, undefined],
    ['notFound', 404, undefined],
    ['conflict', 409, undefined],
    ['preconditionFailed', 412, undefined],
    ['payloadTooLarge', 413, undefined],
    ['notImplemented', 501, undefined],
    ['serviceUnavailable', 503, undefined],
  ] as const)('%s is %i %s', (name, status, scimType) => {
    const error = errors[name]('why');
    expect(error).toBeInstanceOf(ScimError);
    expect([error.status, error.scimType, error.detail, error.message]).toEqual([
      status,
      scimType,
      'why',
      'why',
    ]);
  });

  it('has a constructor function for every scimType', () => {
    for (const scimType of SCIM_TYPES) expect(errors[scimType]('x').scimType).toBe(scimType);
  });

  it('is rendered with its status as text (RFC 7644 s3.12)', () => {
    expect(renderScimError(errors.uniqueness('userName is taken.'))).toEqual({
      schemas: ['urn:ietf:params:scim:api:messages:2.0:Error'],
      status: '409',
      scimType: 'uniqueness',
      detail: 'userName is taken.',
    });
    expect(Object.keys(renderScimError(errors.notFound('x')))).toEqual(['schemas', 'status', 'detail']);
  });
});
