import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { TENANT_SCHEMAS_BYTES_MAX, directoryPaths, type SchemasDigest } from '@muster/contracts';
import { v7 as uuidV7 } from 'uuid';
import { DirectoryWorld, type WorldTenant } from '../testing/directory-world.js';
import type { RegisteredSchemasAnswer, TenantAnswer } from './adapters/http/tenant-answers.js';
import {
  BADGE,
  DEVICE,
  INSERTS,
  LOCATION,
  TEAM,
  colour,
  registration,
  room,
  schema,
  serial,
  type Json,
  type Kind,
  type RegistrationParts,
} from './testing/sample-registration.js';

jest.setTimeout(60_000);

let world: DirectoryWorld;

beforeAll(async () => {
  world = await DirectoryWorld.open();
});

afterAll(() => world?.close());

const put = (tenant: WorldTenant, body: unknown) =>
  world.admin<RegisteredSchemasAnswer & Json>('PUT', `/${tenant.tenantId}/schemas`, body);
const remove = (tenant: WorldTenant) => world.admin('DELETE', `/${tenant.tenantId}/schemas`);

async function digestOf(tenant: WorldTenant): Promise<SchemasDigest | null> {
  const resolved = await world.resolve(tenant.token);
  if (!resolved.known) throw new Error('the tenant is not known');
  return resolved.tenant.schemas;
}

async function store(tenant: WorldTenant, kind: Kind, document: Json = {}): Promise<void> {
  const values = [tenant.tenantId, uuidV7(), JSON.stringify(document)];
  await world.owner.query(`store ${kind}`, INSERTS[kind], values);
}

describe('registering schemas', () => {
  it('answers what there is now, and tells everybody who asks', async () => {
    const tenant = await world.tenant();
    expect(await digestOf(tenant)).toBeNull();
    const { status, body } = await put(tenant, registration());
    expect(status).toBe(200);
    expect(body).toEqual({
      digest: expect.stringMatching(/^[0-9a-f]{64}$/),
      resourceTypes: [
        expect.objectContaining({
          name: 'User',
          endpoint: '/Users',
          extensions: expect.arrayContaining([{ schema: BADGE, required: false }]),
        }),
        expect.objectContaining({ name: 'Group', extensions: [{ schema: TEAM, required: false }] }),
        {
          name: 'Device',
          endpoint: '/Devices',
          schema: DEVICE,
          extensions: [{ schema: LOCATION, required: false }],
        },
      ],
      schemas: expect.arrayContaining([DEVICE, LOCATION, BADGE, TEAM]),
    });
    expect(body.schemas).toHaveLength(4);

    const { digest } = body;
    expect(await digestOf(tenant)).toBe(digest);
    const shown = await world.admin<TenantAnswer>('GET', `/${tenant.tenantId}`);
    expect(shown.body.schemas).toEqual(body);
    const listed = await world.admin<{ tenants: TenantAnswer[] }>('GET', '');
    expect(listed.body.tenants.find(({ tenantId }) => tenantId === tenant.tenantId)?.schemas).toEqual({
      digest,
    });
    const read = await world.admin('GET', `/${tenant.tenantId}/schemas`);
    expect(read.headers.get('content-type')).toMatch(/^application\/json/);
    expect(read.body).toEqual(registration());
    const internal = await world.internal(
      'GET',
      directoryPaths.schemas(tenant.tenantId, digest as SchemasDigest),
    );
    expect([internal.status, internal.body]).toEqual([200, registration()]);
  });

  it('changes nothing when it is the same again', async () => {
    const tenant = await world.tenant();
    const first = await put(tenant, registration());
    const rows = () =>
      world.owner.query('registrations', 'select * from directory.tenant_schemas where tenant_id = $1', [
        tenant.tenantId,
      ]);
    const before = (await rows()).rows;
    expect(before).toHaveLength(1);
    expect((await put(tenant, registration())).body).toEqual(first.body);
    expect((await rows()).rows).toEqual(before);
  });

  it('goes back to the standard schemas, and from there to what was registered', async () => {
    const tenant = await world.tenant();
    const { body } = await put(tenant, registration());
    expect((await remove(tenant)).status).toBe(204);
    expect((await remove(tenant)).status).toBe(204);
    expect(await digestOf(tenant)).toBeNull();
    expect(await world.admin('GET', `/${tenant.tenantId}/schemas`)).toMatchObject({
      status: 404,
      body: { type: 'urn:muster:problem:schemas_not_found' },
    });
    // Whoever read a request by it may still ask what it was.
    const old = directoryPaths.schemas(tenant.tenantId, body.digest as SchemasDigest);
    expect((await world.internal('GET', old)).status).toBe(200);
    expect((await put(tenant, registration())).body).toEqual(body);
  });

  it('keeps the last twenty, whatever the clock says', async () => {
    const tenant = await world.tenant();
    const digests: string[] = [];
    for (let count = 0; count < 23; count += 1) {
      const attributes = Array.from({ length: count + 1 }, (_, place) => ({ name: `a${place}` }));
      digests.push((await put(tenant, registration({ badge: attributes }))).body.digest);
    }
    const { rows } = await world.owner.query<{ digest: string }>(
      'digests',
      'select digest from directory.tenant_schemas where tenant_id = $1',
      [tenant.tenantId],
    );
    expect(rows).toHaveLength(20);
    expect(rows.map(({ digest }) => digest)).toEqual(expect.arrayContaining(digests.slice(-1)));
    expect(await digestOf(tenant)).toBe(digests.at(-1));
  });

  it('is a matter of one tenant', async () => {
    const [tenant, other] = [await world.tenant(), await world.tenant()];
    const { body } = await put(tenant, registration());
    expect(await digestOf(other)).toBeNull();
    const digest = body.digest as SchemasDigest;
    expect((await world.internal('GET', directoryPaths.schemas(other.tenantId, digest))).status).toBe(404);
    for (const path of ['schemas/x', `schemas/${digest.toUpperCase()}`, `schemas/${'0'.repeat(64)}`]) {
      const answer = await world.internal('GET', `/internal/v1/tenants/${tenant.tenantId}/${path}`);
      expect(answer.status).toBe(404);
    }
  });

  it.each([
    ['no object', [], 400, 'schemas_invalid', 'registration is not an object'],
    ['something else', { schema: [] }, 400, 'schemas_invalid', 'unknown property'],
    [
      'an attribute that cannot be',
      registration({ badge: [{ name: 'colour', type: 'color' }] }),
      400,
      'schemas_invalid',
      'attributes[0].type',
    ],
    [
      'more than fits',
      { schemas: [schema(BADGE, { name: 'a', description: 'x'.repeat(TENANT_SCHEMAS_BYTES_MAX) })] },
      413,
      'schemas_too_large',
      String(TENANT_SCHEMAS_BYTES_MAX),
    ],
    [
      'nesting beyond all measure',
      `{"schemas":${'['.repeat(100_000)}${']'.repeat(100_000)}}`,
      413,
      'schemas_too_large',
      'at most',
    ],
  ])('refuses %s', async (_, body, status, code, says) => {
    const tenant = await world.tenant();
    expect(await put(tenant, body)).toMatchObject({
      status,
      body: { type: `urn:muster:problem:${code}`, detail: expect.stringContaining(says) },
    });
    expect(await digestOf(tenant)).toBeNull();
  });

  it.each(['GET', 'PUT', 'DELETE'] as const)('%s for nobody is 404', async (method) => {
    const answer = await world.admin(
      method,
      '/nobody/schemas',
      method === 'PUT' ? registration() : undefined,
    );
    expect([answer.status, answer.body['type']]).toEqual([404, 'urn:muster:problem:tenant_not_found']);
  });
});

describe('a change of registered schemas', () => {
  interface Row {
    readonly name: string;
    readonly after: RegistrationParts;
    /** Resources that it concerns, and others beside them. */
    readonly stored: readonly (readonly [Kind, Json?])[];
    readonly beside: readonly (readonly [Kind, Json?])[];
    readonly says: string;
  }
  const badged = { [BADGE]: { colour: 'red' } };
  const located = { [LOCATION]: { room: 'A' } };
  const rows: readonly Row[] = [
    {
      name: 'a type that goes',
      after: { device: null },
      stored: [['device']],
      beside: [['user', badged]],
      says: 'Device is gone (there are Device resources)',
    },
    {
      name: 'an attribute of a type that goes',
      after: { device: [room] },
      stored: [['device']],
      beside: [['user']],
      says: `${DEVICE}:serial is gone (there are Device resources)`,
    },
    {
      name: 'another uniqueness',
      after: { device: [{ name: 'serial' }] },
      stored: [['device']],
      beside: [],
      says: `${DEVICE}:serial has another uniqueness`,
    },
    {
      name: 'an extension of a type that goes',
      after: { location: null },
      stored: [['device', located]],
      beside: [['device'], ['user', located]],
      says: `${LOCATION} is gone (there are Device resources with ${LOCATION})`,
    },
    {
      name: 'an extension of users that goes',
      after: { badge: null },
      stored: [['user', badged]],
      beside: [['user'], ['group', badged], ['device', badged]],
      says: `${BADGE} is gone (there are User resources with ${BADGE})`,
    },
    {
      name: 'another type of an attribute',
      after: { badge: [{ name: 'colour', type: 'integer' }] },
      stored: [['user', badged]],
      beside: [['user']],
      says: `${BADGE}:colour has another type`,
    },
    {
      name: 'another case of a name',
      after: { badge: [{ name: 'Colour' }] },
      stored: [['user', badged]],
      beside: [['user']],
      says: `${BADGE}:colour is gone`,
    },
    {
      name: 'many values instead of one',
      after: { badge: [{ name: 'colour', multiValued: true }] },
      stored: [['user', badged]],
      beside: [['user']],
      says: `${BADGE}:colour has another multiValued`,
    },
    {
      name: 'another comparison',
      after: { badge: [{ name: 'colour', caseExact: true }] },
      stored: [['user', badged]],
      beside: [['user']],
      says: `${BADGE}:colour has another caseExact`,
    },
    {
      name: 'a value that is kept no longer',
      after: { badge: [{ name: 'colour', mutability: 'writeOnly', returned: 'never' }] },
      stored: [['user', badged]],
      beside: [['user']],
      says: `${BADGE}:colour has another mutability`,
    },
    {
      name: 'an extension of groups that goes',
      after: { team: null },
      stored: [['group', { [TEAM]: { budget: 3 } }]],
      beside: [['group'], ['user']],
      says: `${TEAM} is gone (there are Group resources with ${TEAM})`,
    },
  ];

  it.each(rows)('$name is refused while there is what it concerns, and fine otherwise', async (row) => {
    const before = registration();
    const after = registration(row.after);
    const free = await world.tenant();
    await put(free, before);
    // What another tenant has concerns nobody.
    for (const [kind, document] of row.beside) await store(free, kind, document);
    expect((await put(free, after)).status).toBe(200);
    expect(await world.admin('GET', `/${free.tenantId}/schemas`)).toMatchObject({ body: after });

    const tenant = await world.tenant();
    const { body } = await put(tenant, before);
    for (const [kind, document] of row.stored) await store(tenant, kind, document);
    expect(await put(tenant, after)).toMatchObject({
      status: 409,
      body: { type: 'urn:muster:problem:schemas_in_use', detail: expect.stringContaining(row.says) },
    });
    expect((await remove(tenant)).status).toBe(409);
    expect(await digestOf(tenant)).toBe(body.digest);
  });

  it('that only adds is always fine', async () => {
    const tenant = await world.tenant();
    await put(tenant, registration());
    await store(tenant, 'user', badged);
    await store(tenant, 'group', { [TEAM]: { budget: 1 } });
    await store(tenant, 'device', located);
    const more = registration({
      device: [serial, { name: 'owner', uniqueness: 'server' }],
      location: [room, { name: 'floor', type: 'integer' }],
      badge: [{ ...colour, required: true, description: 'Of the badge' }],
    });
    expect((await put(tenant, more)).status).toBe(200);
  });
});
