import type { BenchRequest, Operation } from './load.js';

const USER_URN = 'urn:ietf:params:scim:schemas:core:2.0:User';
const ENTERPRISE_URN = 'urn:ietf:params:scim:schemas:extension:enterprise:2.0:User';
const PATCH_URN = 'urn:ietf:params:scim:api:messages:2.0:PatchOp';

/** What the gateway has acknowledged: what must be found afterwards. */
export class Acknowledged {
  readonly userIds: string[] = [];
  /** Highest version that was answered, by user. */
  readonly versions = new Map<string, number>();
  readonly members = new Set<string>();

  learn(body: string): string {
    const { id, meta } = JSON.parse(body) as { id: string; meta: { version: string } };
    const version = Number(/\d+/.exec(meta.version)?.[0] ?? 0);
    this.versions.set(id, Math.max(version, this.versions.get(id) ?? 0));
    return id;
  }
}

function pick<Item>(items: readonly Item[]): Item {
  const item = items[Math.floor(Math.random() * items.length)];
  if (item === undefined) throw new Error('there is nothing to pick from: an earlier operation failed');
  return item;
}

/** A user as Microsoft Entra ID sends one. */
function userBody(name: string): string {
  return JSON.stringify({
    schemas: [USER_URN, ENTERPRISE_URN],
    externalId: name,
    userName: `${name}@example.com`,
    active: true,
    displayName: `Display ${name}`,
    title: 'Engineer',
    preferredLanguage: 'en',
    emails: [{ primary: true, type: 'work', value: `${name}@example.com` }],
    name: { formatted: `Given Family ${name}`, familyName: 'Family', givenName: 'Given' },
    addresses: [
      {
        primary: false,
        type: 'work',
        streetAddress: '1 Main Street',
        locality: 'Oslo',
        postalCode: '0150',
        country: 'NO',
      },
    ],
    phoneNumbers: [
      { type: 'work', value: '555-0100' },
      { type: 'mobile', value: '555-0101' },
    ],
    roles: [],
    meta: { resourceType: 'User' },
    [ENTERPRISE_URN]: { employeeNumber: '42', department: 'Research' },
  });
}

const run = Math.random().toString(36).slice(2, 8);
const nameOf = (index: number): string => `bench-${run}-${index}`;

/** The operations of the benchmark, over one tenant of one gateway. `base` is the path of the tenant URL. */
export class Operations {
  readonly acknowledged = new Acknowledged();
  private created = 0;
  private patched = 0;
  private nextMember = 0;
  private groupId = '';

  constructor(private readonly base: string) {}

  create(): Operation {
    return {
      name: 'POST user',
      next: () => {
        this.created += 1;
        return {
          method: 'POST',
          path: `${this.base}/Users`,
          body: userBody(nameOf(this.created)),
          expect: 201,
        };
      },
      onAnswer: (_, body) => this.acknowledged.userIds.push(this.acknowledged.learn(body)),
    };
  }

  getById(): Operation {
    return this.reading('GET user by id', () => `/Users/${pick(this.acknowledged.userIds)}`);
  }

  filter(): Operation {
    return this.reading('filter userName eq', () => {
      const name = nameOf(1 + Math.floor(Math.random() * this.created));
      return `/Users?filter=userName+eq+%22${name}%40example.com%22`;
    });
  }

  list(): Operation {
    return this.reading('list page of 100', () => {
      const last = Math.max(1, this.acknowledged.userIds.length - 100);
      return `/Users?startIndex=${1 + Math.floor(Math.random() * last)}&count=100`;
    });
  }

  patch(): Operation {
    return {
      name: 'PATCH user',
      next: () => {
        this.patched += 1;
        const operation = { op: 'Replace', path: 'displayName', value: `Changed ${this.patched}` };
        return {
          method: 'PATCH',
          path: `${this.base}/Users/${pick(this.acknowledged.userIds)}`,
          body: JSON.stringify({ schemas: [PATCH_URN], Operations: [operation] }),
          expect: 200,
        };
      },
      onAnswer: (_, body) => void this.acknowledged.learn(body),
    };
  }

  createGroup(members: number): Operation {
    const request: BenchRequest = {
      method: 'POST',
      path: `${this.base}/Groups?excludedAttributes=members`,
      body: JSON.stringify({
        displayName: `bench-group-${run}-${members}`,
        members: this.acknowledged.userIds.slice(0, members).map((value) => ({ value })),
      }),
      expect: 201,
    };
    return {
      name: `POST group of ${members}`,
      next: () => request,
      onAnswer: (_, body) => {
        this.groupId = (JSON.parse(body) as { id: string }).id;
        this.nextMember = members;
        for (const id of this.acknowledged.userIds.slice(0, members)) this.acknowledged.members.add(id);
      },
    };
  }

  addMember(): Operation {
    return {
      name: 'add one member to a group of 10,000',
      next: () => {
        const id = this.acknowledged.userIds[this.nextMember];
        if (id === undefined) throw new Error('there are not enough users to add');
        this.nextMember += 1;
        const operation = { op: 'Add', path: 'members', value: [{ $ref: null, value: id }] };
        return {
          method: 'PATCH',
          path: `${this.base}/Groups/${this.groupId}`,
          body: JSON.stringify({ schemas: [PATCH_URN], Operations: [operation] }),
          expect: 204,
        };
      },
      onAnswer: ({ body }) => {
        const message = JSON.parse(body ?? '') as { Operations: [{ value: [{ value: string }] }] };
        this.acknowledged.members.add(message.Operations[0].value[0].value);
      },
    };
  }

  get group(): string {
    return this.groupId;
  }

  private reading(name: string, path: () => string): Operation {
    return { name, next: () => ({ method: 'GET', path: this.base + path(), expect: 200 }) };
  }
}
