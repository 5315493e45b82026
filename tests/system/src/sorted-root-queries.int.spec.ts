import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import {
  openOneProcessWorld,
  type OneProcessTenant,
  type OneProcessWorld,
} from './world/one-process-world.js';
import { GROUP_URN, idOf, USER_URN, type ScimAnswer } from './world/scim-client.js';

jest.setTimeout(60_000);

const ENTERPRISE_URN = 'urn:ietf:params:scim:schemas:extension:enterprise:2.0:User';
const urnOf = (name: string) => `urn:example:${name}`;
const attribute = (name: string, type = 'string') => ({ name, type, multiValued: false, description: name });

/** A registration of types that have these attributes each. */
function registrationOf(types: Readonly<Record<string, readonly object[]>>) {
  return {
    schemas: Object.entries(types).map(([name, attributes]) => ({
      id: urnOf(name),
      name,
      description: name,
      attributes,
    })),
    resourceTypes: Object.keys(types).map((name) => ({
      name,
      description: name,
      endpoint: `/${name}s`,
      schema: urnOf(name),
    })),
  };
}

let world: OneProcessWorld;
beforeAll(async () => {
  world = await openOneProcessWorld();
});
afterAll(() => world?.close());

async function query(
  { client }: OneProcessTenant,
  parameters: Readonly<Record<string, string>>,
): Promise<ScimAnswer> {
  return client.get(`/?${new URLSearchParams(parameters).toString()}`);
}

interface Listed {
  readonly id: string;
  readonly displayName?: string;
  readonly meta: { readonly resourceType: string };
}

const listedIn = ({ status, text, body }: ScimAnswer): readonly Listed[] => {
  if (status !== 200) throw new Error(text);
  return (body['Resources'] ?? []) as readonly Listed[];
};

describe('a list over everything, sorted by what several kinds have', () => {
  let tenant: OneProcessTenant;

  beforeAll(async () => {
    tenant = await world.newTenant();
    await tenant.registerSchemas(
      registrationOf({
        Badge: [
          attribute('displayName'),
          attribute('department'),
          attribute('name'),
          attribute('when', 'dateTime'),
        ],
        Door: [attribute('displayName'), attribute('when', 'integer')],
      }),
    );
    const { client } = tenant;
    for (const n of ['b', 'd']) {
      const enterprise = { [ENTERPRISE_URN]: { department: n } };
      idOf(
        await client.post('/Users', {
          schemas: [USER_URN, ENTERPRISE_URN],
          userName: `${n}@a.example`,
          displayName: n,
          ...enterprise,
        }),
      );
    }
    for (const n of ['a', 'c']) idOf(await client.post('/Groups', { schemas: [GROUP_URN], displayName: n }));
    for (const n of ['A', 'C'])
      idOf(
        await client.post('/Badges', {
          schemas: [urnOf('Badge')],
          displayName: n,
          department: n,
          name: n,
          when: '2026-01-01T00:00:00Z',
        }),
      );
    for (const n of ['B', 'D'])
      idOf(await client.post('/Doors', { schemas: [urnOf('Door')], displayName: n, when: 3 }));
  });

  const badges = 'meta.resourceType eq "Badge"';
  // query | kind and name of each
  it.each([
    [{ sortBy: 'displayName' }, 'G:a B:A U:b D:B G:c B:C U:d D:D'],
    [{ sortBy: 'displayName', sortOrder: 'descending' }, 'U:d D:D G:c B:C U:b D:B G:a B:A'],
    // With its URN an attribute is that of one schema; the others have none.
    [{ sortBy: `${GROUP_URN}:displayName` }, 'G:a G:c U:b U:d B:A B:C D:B D:D'],
    [{ sortBy: `${urnOf('Badge')}:displayName`, sortOrder: 'descending' }, 'U:b U:d G:a G:c D:B D:D B:C B:A'],
    // Without one it is that of whoever has it, in an extension as well.
    [{ sortBy: 'department' }, 'B:A U:b B:C U:d G:a G:c D:B D:D'],
    [{ sortBy: `${ENTERPRISE_URN}:department` }, 'U:b U:d G:a G:c B:A B:C D:B D:D'],
    // A user's name is complex and has nothing to compare.
    [{ sortBy: 'name' }, 'B:A B:C U:b U:d G:a G:c D:B D:D'],
    [{ sortBy: 'name', filter: badges, sortOrder: 'descending' }, 'B:C B:A'],
    [{ sortBy: 'meta.resourceType' }, 'B:A B:C D:B D:D G:a G:c U:b U:d'],
    // Of types that differ only what the filter leaves is compared.
    [{ sortBy: 'when', filter: badges }, 'B:A B:C'],
    [{ sortBy: 'userName', filter: 'meta.resourceType eq "Nothing"' }, ''],
  ])('answers %j', async (parameters, expected) => {
    const answer = await query(tenant, parameters);
    const names = listedIn(answer).map(({ displayName, meta }) => `${meta.resourceType[0]}:${displayName}`);
    expect(names.join(' ')).toBe(expected);
    expect(answer.body['totalResults']).toBe(names.length);
    const first = await query(tenant, { ...parameters, cursor: '', count: '3' });
    expect(listedIn(first).map(({ id }) => id)).toEqual(
      listedIn(answer)
        .slice(0, 3)
        .map(({ id }) => id),
    );
  });

  it.each([
    ['when', 400, 'invalidValue'],
    ['members', 400, 'invalidValue'],
    ['schemas', 400, 'invalidValue'],
    ['meta.location', 400, 'invalidValue'],
    ['name.colour', 400, 'invalidPath'],
    ['__proto__', 400, 'invalidPath'],
    ['password', 403, 'sensitive'],
  ])('refuses %s', async (sortBy, status, scimType) => {
    expect(await query(tenant, { sortBy })).toMatchObject({ status, body: { scimType } });
  });
});

describe('a sorted list of large documents', () => {
  const KINDS = ['Ada', 'Bob', 'Cleo'];
  const EACH = 10;
  /** As JSON, of one document. */
  const DOCUMENT_BYTES = 900_000;
  /** What the directory puts on a page, with room for what the gateway adds. */
  const PAGE_BYTES_MAX = 17 * 1024 * 1024;

  it('is answered in pages that end before they are too large, and shows everybody', async () => {
    const tenant = await world.newTenant();
    const values = { name: 'values', type: 'string', multiValued: true, description: 'values' };
    await tenant.registerSchemas(registrationOf(Object.fromEntries(KINDS.map((kind) => [kind, [values]]))));
    for (const kind of KINDS) {
      const body = {
        schemas: [urnOf(kind)],
        values: Array.from({ length: 15 }, (_, n) => String.fromCharCode(97 + n).repeat(DOCUMENT_BYTES / 15)),
      };
      idOf(await tenant.client.post(`/${kind}s`, body));
    }
    await world.database.query(
      `insert into directory.resources (tenant_id, id, type, version, document, created_at, last_modified, created_by)
       select tenant_id, gen_random_uuid(), type, version, document, created_at + n * interval '1 hour', last_modified, created_by
       from directory.resources, generate_series(2, $2) n where tenant_id = $1`,
      [tenant.tenantId, EACH],
    );
    const seen = new Set<string>();
    let pages = 0;
    for (let cursor: unknown = ''; typeof cursor === 'string'; pages += 1) {
      const answer = await query(tenant, { sortBy: 'meta.created', count: '1000', cursor });
      const ids = listedIn(answer).map(({ id }) => id);
      expect(ids.length).toBeGreaterThan(0);
      expect(answer.text.length).toBeLessThan(PAGE_BYTES_MAX);
      for (const id of ids) seen.add(id);
      cursor = answer.body['nextCursor'];
    }
    expect(seen.size).toBe(KINDS.length * EACH);
    expect(pages).toBe(2);
  });
});
