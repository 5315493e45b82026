import { randomUUID } from 'node:crypto';
import { LoadClient } from '../load.js';
import { Population, userBody } from './population.js';

const BULK_URN = 'urn:ietf:params:scim:api:messages:2.0:BulkRequest';
const USERS_PER_BULK = 1_000;
const TEAMS_PER_BULK = 100;
const BULKS_IN_FLIGHT = 4;
/** Far beyond what a machine can do: it is not the limit of a tenant that is to be measured. */
const RATE_MAX = 1_000_000;

export interface ScaleGroup {
  readonly id: string;
  readonly displayName: string;
  readonly members: number;
}

/** One tenant, filled through the API that everybody else uses. */
export interface ScaleDirectory {
  readonly tenantId: string;
  /** Path of the tenant URL. */
  readonly base: string;
  readonly client: LoadClient;
  readonly population: Population;
  /** By the number of the person. */
  readonly userIds: readonly string[];
  readonly everyone: ScaleGroup;
  /** A group of every tenth user. */
  readonly tenth: ScaleGroup;
  readonly teams: readonly ScaleGroup[];
}

export interface AdminAccess {
  readonly adminUrl: string;
  readonly adminToken: string;
}

/** Makes a tenant and puts people and groups into it by `/Bulk`, and its two large groups by a POST each. */
export async function seedDirectory(
  admin: AdminAccess,
  count: number,
  onProgress: (text: string) => void,
): Promise<ScaleDirectory> {
  const tenant = await createTenant(admin, `scale-${count}-${randomUUID().slice(0, 8)}`);
  const url = new URL(tenant.scimUrl);
  const population = new Population(count);
  const seeder = new Seeder(new LoadClient(url.origin, tenant.token, 64), url.pathname, population);
  const userIds = await seeder.users(onProgress);
  const tenth = userIds.filter((_, index) => index % 10 === 0);
  return {
    tenantId: tenant.tenantId,
    base: url.pathname,
    client: seeder.client,
    population,
    userIds,
    teams: await seeder.teams(userIds),
    tenth: await seeder.group('A tenth of them', tenth),
    everyone: await seeder.group('Everyone', userIds),
  };
}

interface TenantAnswer {
  readonly tenantId: string;
  readonly scimUrl: string;
  readonly token: string;
}

async function createTenant(admin: AdminAccess, name: string): Promise<TenantAnswer> {
  const made = await askAdmin(admin, 'POST', '/admin/tenants', { name, domains: ['example.com'] });
  const settings = { requestsPerSecondMax: RATE_MAX, requestBurstMax: RATE_MAX };
  await askAdmin(admin, 'PATCH', `/admin/tenants/${name}`, { settings });
  return made as TenantAnswer;
}

async function askAdmin(
  { adminUrl, adminToken }: AdminAccess,
  method: string,
  path: string,
  body: object,
): Promise<unknown> {
  const answer = await fetch(adminUrl + path, {
    method,
    headers: { authorization: `Bearer ${adminToken}`, 'content-type': 'application/json' },
    body: JSON.stringify(body),
  });
  if (!answer.ok) throw new Error(`${method} ${path}: ${answer.status} ${await answer.text()}`);
  return answer.json();
}

interface BulkPart {
  readonly path: '/Users' | '/Groups';
  readonly data: Record<string, unknown>;
}

class Seeder {
  constructor(
    readonly client: LoadClient,
    private readonly base: string,
    private readonly population: Population,
  ) {}

  async users(onProgress: (text: string) => void): Promise<string[]> {
    const { count } = this.population;
    const ids: string[] = [];
    let begun = 0;
    let done = 0;
    const worker = async (): Promise<void> => {
      while (begun < count) {
        const start = begun;
        begun += USERS_PER_BULK;
        const parts = Array.from({ length: USERS_PER_BULK }, (_, offset) => this.userPart(start + offset));
        (await this.bulk(parts)).forEach((id, offset) => (ids[start + offset] = id));
        done += USERS_PER_BULK;
        if (done % 10_000 === 0 || done === count) onProgress(`${done} of ${count} users`);
      }
    };
    await Promise.all(Array.from({ length: BULKS_IN_FLIGHT }, worker));
    return ids;
  }

  async teams(userIds: readonly string[]): Promise<ScaleGroup[]> {
    const teams = Array.from({ length: this.population.teams }, (_, number) => {
      const members = this.population.team(number).map((index) => ({ value: userIds[index] }));
      return { displayName: `Team ${number}`, members };
    });
    const groups: ScaleGroup[] = [];
    for (let start = 0; start < teams.length; start += TEAMS_PER_BULK) {
      const some = teams.slice(start, start + TEAMS_PER_BULK);
      const ids = await this.bulk(some.map((data) => ({ path: '/Groups', data })));
      some.forEach(({ displayName, members }, offset) =>
        groups.push({ id: ids[offset] ?? '', displayName, members: members.length }),
      );
    }
    return groups;
  }

  async group(displayName: string, userIds: readonly string[]): Promise<ScaleGroup> {
    const answer = await this.client.ask({
      method: 'POST',
      path: `${this.base}/Groups?excludedAttributes=members`,
      body: JSON.stringify({ displayName, members: userIds.map((value) => ({ value })) }),
      expect: 201,
    });
    const { id } = JSON.parse(answer) as { id: string };
    return { id, displayName, members: userIds.length };
  }

  private userPart(index: number): BulkPart {
    return { path: '/Users', data: userBody(this.population.person(index)) };
  }

  /** The ids of what was created, in the order of the parts. @throws when one was refused */
  private async bulk(parts: readonly BulkPart[]): Promise<string[]> {
    const body = JSON.stringify({
      schemas: [BULK_URN],
      Operations: parts.map((part, index) => ({ method: 'POST', bulkId: `part-${index}`, ...part })),
    });
    const answer = await this.client.ask({ method: 'POST', path: `${this.base}/Bulk`, body, expect: 200 });
    const { Operations: results } = JSON.parse(answer) as {
      Operations: { bulkId?: string; status: string; location?: string }[];
    };
    const ids = new Map(
      results.map(({ bulkId, status, location }) => [
        bulkId,
        status === '201' ? location?.split('/').at(-1) : undefined,
      ]),
    );
    return parts.map((_, index) => {
      const id = ids.get(`part-${index}`);
      if (id === undefined) throw new Error(`a bulk part was refused: ${answer.slice(0, 500)}`);
      return id;
    });
  }
}
