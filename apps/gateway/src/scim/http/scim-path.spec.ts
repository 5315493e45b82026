import { describe, expect, it } from '@jest/globals';
import { allowedMethods, isFixedSegment } from './routes.js';
import { OUTSIDE, scimUrl } from './scim-path.js';

const bases = ['/scim/v2', '/moservices/scim/v1'];

describe('scimUrl', () => {
  it.each([
    ['/scim/v2/Users', '/Users'],
    ['/scim/v2/Users/', '/Users'],
    ['/scim/v2//Users//1', '/Users/1'],
    ['/moservices/scim/v1/Groups/1?attributes=a//b/', '/Groups/1?attributes=a//b/'],
    ['/scim/v2', '/'],
    ['/scim/v2/?x=1', '/?x=1'],
    ['/scim/v2?x', '/?x'],
  ])('%s is %s', (url, path) => {
    expect(scimUrl(url, bases)).toBe(path);
  });

  it.each([
    '/',
    '/Users',
    '/scim',
    '/scim/v22/Users',
    '/scim/v2x',
    '*',
    'http://x/scim/v2/Users',
    '/x/scim/v2/Users',
  ])('%s is outside', (url) => {
    expect(scimUrl(url, bases)).toBe(OUTSIDE);
  });
});

describe('allowedMethods', () => {
  it('knows the methods of a path, and which paths there are', () => {
    expect(allowedMethods('/Users/1')).toEqual(['GET', 'PUT', 'PATCH', 'DELETE']);
    expect(allowedMethods('/Users/.search')).toEqual(['POST']);
    expect(allowedMethods('/Usersx')).toBeUndefined();
    expect(allowedMethods('/xsearch')).toBeUndefined();
    expect(allowedMethods('/Users/1/2')).toBeUndefined();
    expect(allowedMethods('/Robots')).toBeUndefined();
    expect(allowedMethods('/Bulk/x')).toBeUndefined();
  });
});

describe('isFixedSegment', () => {
  it.each(['Users', 'Groups', 'Bulk', 'Me', 'Schemas', 'ResourceTypes', 'ServiceProviderConfig', '.search'])(
    '%s belongs to the protocol',
    (segment) => expect(isFixedSegment(segment)).toBe(true),
  );

  it.each(['Robots', 'users', ':type', '__proto__', 'constructor', '.outside'])('%s does not', (segment) =>
    expect(isFixedSegment(segment)).toBe(false),
  );
});
