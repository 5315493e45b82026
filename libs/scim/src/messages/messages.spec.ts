import { describe, expect, it } from '@jest/globals';
import { type ScimDocument } from '../document/scim-document.js';
import { parseResource } from '../intake/parse-resource.js';
import { defineSchema } from '../schema/define-schema.js';
import { defineResourceType } from '../schema/resource-type.js';
import { groupResourceType, userResourceType } from '../schema/standard-resource-types.js';
import { refusalOf } from '../testing/plain.js';
import { matchesEtag, parseEtag, renderEtag } from './etag.js';
import { parseListQuery, parseSearchRequest } from './list-query.js';
import { renderBulkResponse } from './render-bulk-response.js';
import { renderListResponse } from './render-list-response.js';
import { renderResource } from './render-resource.js';
import { serviceProviderConfig } from './service-provider-config.js';

const ENT = 'urn:ietf:params:scim:schemas:extension:enterprise:2.0:User';

describe('renderResource', () => {
  const body = {
    [ENT]: { manager: { value: 'a/b' }, department: 'D' },
    emails: [{ primary: true, value: 'a' }],
    externalId: 'e',
    userName: 'jo',
  };
  const stored = (document: object): Parameters<typeof renderResource>[1] => ({
    id: 'u-1',
    document: parseResource(userResourceType, document, 'create').document,
    version: 7,
    createdAt: new Date(0),
    lastModified: '2020-01-01T00:00:00.000Z',
  });

  it('renders the whole resource, ordered by the schema', () => {
    const text = JSON.stringify(
      renderResource(userResourceType, stored(body), { baseUrl: 'https://x.test/v2' }),
    );
    expect(text).toBe(
      JSON.stringify({
        schemas: ['urn:ietf:params:scim:schemas:core:2.0:User', ENT],
        id: 'u-1',
        externalId: 'e',
        userName: 'jo',
        emails: [{ value: 'a', primary: true }],
        [ENT]: { department: 'D', manager: { value: 'a/b', $ref: 'https://x.test/v2/Users/a%2Fb' } },
        meta: {
          resourceType: 'User',
          created: '1970-01-01T00:00:00.000Z',
          lastModified: '2020-01-01T00:00:00.000Z',
          location: 'https://x.test/v2/Users/u-1',
          version: 'W/"7"',
        },
      }),
    );
  });

  it('renders equal documents to equal bytes, whatever their order', () => {
    const reversed = Object.fromEntries(Object.entries(body).reverse());
    const render = (document: object): string =>
      JSON.stringify(renderResource(userResourceType, stored(document), { baseUrl: '' }));
    expect(render(reversed)).toBe(render(body));
  });

  it('shows nothing that objects inherit and nothing the schema lacks, also of a document as JSON.parse makes it', () => {
    const json = `{"userName":"jo","hat":1,"__proto__":{"title":"T"},"constructor":{"a":1},"emails":[{"value":"a","__proto__":{"display":"D"}}],"${ENT}":{"toString":"x","department":"D"}}`;
    const document = JSON.parse(json) as ScimDocument;
    expect(
      JSON.parse(
        JSON.stringify(
          renderResource(userResourceType, { ...stored({ userName: 'jo' }), document }, { baseUrl: '' }),
        ),
      ),
    ).toEqual({
      schemas: ['urn:ietf:params:scim:schemas:core:2.0:User', ENT],
      id: 'u-1',
      userName: 'jo',
      emails: [{ value: 'a' }],
      [ENT]: { department: 'D' },
      meta: expect.any(Object) as unknown,
    });
  });

  it('names an extension only where the resource has it', () => {
    expect(renderResource(userResourceType, stored({ userName: 'jo' }), { baseUrl: '' })['schemas']).toEqual([
      'urn:ietf:params:scim:schemas:core:2.0:User',
    ]);
  });

  it('renders members and groups from beside the document', () => {
    const { document } = parseResource(groupResourceType, { displayName: 'G' }, 'create');
    const group = {
      id: 'g',
      document,
      version: 1,
      createdAt: '',
      lastModified: '',
      members: [
        { value: 'u', display: 'Jo' },
        { value: 'g2', type: 'Group' },
      ],
    };
    expect(renderResource(groupResourceType, group, { baseUrl: '/v2' })['members']).toEqual([
      { value: 'u', $ref: '/v2/Users/u', display: 'Jo' },
      { value: 'g2', $ref: '/v2/Groups/g2', type: 'Group' },
    ]);
    expect(renderResource(groupResourceType, { ...group, members: [] }, { baseUrl: '' })['members']).toEqual(
      [],
    );
    const user = { ...stored({ userName: 'jo' }), groups: [{ value: 'g', display: 'G', type: 'direct' }] };
    expect(renderResource(userResourceType, user, { baseUrl: '/v2' })['groups']).toEqual([
      { value: 'g', $ref: '/v2/Groups/g', type: 'direct', display: 'G' },
    ]);
    expect(renderResource(userResourceType, { ...user, groups: [] }, { baseUrl: '' })).not.toHaveProperty(
      'groups',
    );
  });

  it('makes no reference that a client may set', () => {
    const reference = { name: '$ref', type: 'reference', referenceTypes: ['User'] };
    const owner = { name: 'owner', type: 'complex', subAttributes: [{ name: 'value' }, reference] };
    const schema = defineSchema({ id: 'urn:example:a', name: 'A', attributes: [owner] });
    const type = defineResourceType({ name: 'A', endpoint: '/As', schema: schema.id }, [schema]);
    const { document } = parseResource(type, { owner: { value: 'u' } }, 'create');
    const message = renderResource(
      type,
      { id: 'a', document, version: 1, createdAt: '', lastModified: '' },
      { baseUrl: '' },
    );
    expect(message['owner']).toEqual({ value: 'u' });
  });

  it('renders a group whose members are in its document', () => {
    const { document } = parseResource(groupResourceType, { displayName: 'G', members: ['u'] }, 'create');
    const group = { id: 'g', document, version: 1, createdAt: '', lastModified: '' };
    expect(renderResource(groupResourceType, group, { baseUrl: '' })['members']).toEqual([
      { value: 'u', $ref: '/Users/u' },
    ]);
  });
});

describe('a list query', () => {
  const defaults = { sortOrder: 'ascending', startIndex: 1, count: 100 };

  it.each<readonly [string, object]>([
    ['', {}],
    ['count=5&startIndex=6', { count: 5, startIndex: 6 }],
    ['count=-1&startIndex=-7', { count: 0 }],
    ['count=0&startIndex=0', { count: 0 }],
    ['count=5000', { count: 1000 }],
    ['startIndex=999999999999', { startIndex: 2147483647 }],
    ['Count=2&STARTINDEX=3', { count: 2, startIndex: 3 }],
    ['count=&startIndex=', {}],
    ['count=2&count=3', { count: 2 }],
    ['aadOptscim062020&unknown=1', {}],
    [
      'sortBy=name.givenName&sortOrder=Descending',
      { sortBy: { attribute: 'name', subAttribute: 'givenName' }, sortOrder: 'descending' },
    ],
    ['filter=', {}],
    [
      'filter=userName+eq+%22jo%22',
      { filter: { kind: 'comparison', path: { attribute: 'userName' }, operator: 'eq', value: 'jo' } },
    ],
    ['cursor', { cursor: '' }],
    ['cursor=abc&count=2', { cursor: 'abc', count: 2 }],
    ['attributes=a,b&excludedAttributes=', { attributes: ['a,b'] }],
    ['excludedAttributes=members', { excludedAttributes: ['members'] }],
  ])('?%s', (query, expected) => {
    const parameters = new URLSearchParams(query);
    expect(parseListQuery(parameters)).toEqual({ ...defaults, ...expected });
    expect(parseListQuery(Object.fromEntries([...parameters].reverse()))).toEqual({
      ...defaults,
      ...expected,
    });
  });

  it.each([
    ['count=x', 'invalidValue'],
    ['count=1.5', 'invalidValue'],
    ['count=x&cursor=', 'invalidCount'],
    ['startIndex=one', 'invalidValue'],
    ['sortOrder=up', 'invalidValue'],
    ['sortBy=a b', 'invalidPath'],
    ['sortBy=emails[type eq "work"]', 'invalidPath'],
    ['filter=userName', 'invalidFilter'],
    [`cursor=${'x'.repeat(3000)}`, 'invalidValue'],
  ])('?%s is %s', (query, scimType) => {
    expect(refusalOf(() => parseListQuery(new URLSearchParams(query)))).toEqual({ status: 400, scimType });
  });

  it('comes as a framework parses it', () => {
    expect(parseListQuery({ count: ['2', '3'], filter: undefined })).toEqual({ ...defaults, count: 2 });
    expect(refusalOf(() => parseListQuery({ filter: { a: 1 } })).scimType).toBe('invalidValue');
  });

  it('comes as a search request (RFC 7644 s3.4.3)', () => {
    const body = {
      schemas: ['urn:ietf:params:scim:api:messages:2.0:SearchRequest'],
      attributes: ['displayName', 'userName'],
      filter: 'title pr',
      startIndex: 3,
      count: 10,
      sortBy: null,
    };
    expect(parseSearchRequest(body)).toEqual({
      ...defaults,
      attributes: ['displayName', 'userName'],
      filter: { kind: 'present', path: { attribute: 'title' } },
      startIndex: 3,
      count: 10,
    });
    expect(refusalOf(() => parseSearchRequest([])).scimType).toBe('invalidSyntax');
    for (const wrong of [
      { count: true },
      { filter: 7 },
      { attributes: [7] },
      { sortBy: ['a'] },
      { count: 1.5 },
    ]) {
      expect(refusalOf(() => parseSearchRequest(wrong)).scimType).toBe('invalidValue');
    }
  });
});

describe('a list response', () => {
  it('carries cursors where there is more', () => {
    const page = { resources: [1], totalResults: 9, itemsPerPage: 1 };
    const bare = {
      schemas: ['urn:ietf:params:scim:api:messages:2.0:ListResponse'],
      totalResults: 9,
      itemsPerPage: 1,
      Resources: [1],
    };
    expect(renderListResponse(page)).toEqual(bare);
    const cursors = { nextCursor: 'n', previousCursor: 'p' };
    expect(renderListResponse({ ...page, ...cursors })).toEqual({ ...bare, ...cursors });
  });
});

describe('an entity tag', () => {
  it.each<readonly [string, number, boolean]>([
    ['W/"3"', 3, true],
    ['"3"', 3, true],
    ['W/"3"', 4, false],
    ['*', 4, true],
    [' W/"1" , "4"', 4, true],
    ['3', 3, false],
    ['W/"abc"', 3, false],
    ['', 0, false],
    ['"-1"', -1, false],
  ])('%s matches %i: %s', (header, version, matches) =>
    expect(matchesEtag(parseEtag(header), version)).toBe(matches),
  );

  it('is parsed as it is rendered', () => expect(parseEtag(renderEtag(12))).toEqual([12]));

  it('is not one of thousands', () => {
    expect(refusalOf(() => parseEtag('"1",'.repeat(5000))).scimType).toBe('invalidValue');
  });
});

describe('the service provider configuration', () => {
  const options = { baseUrl: 'https://x.test/v2', countMax: 1000, countDefault: 100, sort: true, etag: true };

  it('tells what is offered', () => {
    expect(
      serviceProviderConfig({
        ...options,
        bulk: { operationsMax: 10, payloadBytesMax: 99 },
        cursorTimeoutSeconds: 60,
        eventUris: ['urn:ietf:params:scim:event:prov:delete'],
      }),
    ).toMatchObject({
      patch: { supported: true },
      bulk: { supported: true, maxOperations: 10, maxPayloadSize: 99 },
      filter: { supported: true, maxResults: 1000 },
      pagination: { cursor: true, index: true, cursorTimeout: 60, maxPageSize: 1000 },
      securityEvents: { asyncRequest: 'none', eventUris: ['urn:ietf:params:scim:event:prov:delete'] },
      meta: { location: 'https://x.test/v2/ServiceProviderConfig' },
    });
  });

  it('and what is not', () => {
    const config = serviceProviderConfig(options);
    expect(config).toMatchObject({
      bulk: { supported: false },
      changePassword: { supported: false },
      pagination: { cursor: false },
    });
    expect(config).not.toHaveProperty('securityEvents');
    expect(JSON.stringify(config)).not.toContain('null');
  });
});

describe('renderBulkResponse', () => {
  it('shows a status as text, and a response where an operation failed and only there (RFC 7644 s3.7.3)', () => {
    const message = renderBulkResponse([
      { method: 'POST', bulkId: 'a', location: 'https://x.test/Users/1', version: 'W/"1"', status: 201 },
      {
        method: 'POST',
        bulkId: 'b',
        status: 409,
        error: { status: 409, scimType: 'uniqueness', detail: 'Taken.' },
      },
    ]);
    expect(message).toEqual({
      schemas: ['urn:ietf:params:scim:api:messages:2.0:BulkResponse'],
      Operations: [
        { method: 'POST', bulkId: 'a', location: 'https://x.test/Users/1', version: 'W/"1"', status: '201' },
        {
          method: 'POST',
          bulkId: 'b',
          status: '409',
          response: {
            schemas: ['urn:ietf:params:scim:api:messages:2.0:Error'],
            status: '409',
            scimType: 'uniqueness',
            detail: 'Taken.',
          },
        },
      ],
    });
  });
});
