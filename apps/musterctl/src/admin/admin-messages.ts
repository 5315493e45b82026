export type SettingValue = string | number | boolean;

/** A kind of resources that a tenant registered, or users or groups with what it adds to them. */
export interface RegisteredType {
  readonly name: string;
  /** Below the tenant's SCIM URL. */
  readonly endpoint: string;
  /** URN. */
  readonly schema: string;
  readonly extensions: readonly { readonly schema: string; readonly required: boolean }[];
}

/** What a tenant registered beside the standard schemas. */
export interface RegisteredSchemas {
  readonly digest: string;
  /** Empty where many tenants are listed. */
  readonly resourceTypes: readonly RegisteredType[];
}

/** A tenant as the admin API shows it. */
export interface Tenant {
  readonly tenantId: string;
  readonly name: string;
  readonly state: string;
  readonly domains: readonly string[];
  /** Any domain is accepted. */
  readonly anyDomain: boolean;
  readonly settings: Readonly<Record<string, SettingValue>>;
  /** Names of the settings that the tenant chose; the others are defaults. */
  readonly chosenSettings: readonly string[];
  /** Null: the standard schemas alone. */
  readonly schemas: RegisteredSchemas | null;
  readonly scimUrl: string;
  /** ISO 8601. */
  readonly createdAt: string;
}

/** Holds the token in clear text: this once, and never again. */
export interface CreatedTenant {
  readonly tenantId: string;
  readonly scimUrl: string;
  readonly token: string;
}

export interface CreatedToken {
  readonly tokenId: string;
  readonly token: string;
  readonly expiresAt: string | null;
}

export interface TenantToken {
  readonly tokenId: string;
  readonly name: string;
  readonly createdAt: string;
  readonly expiresAt: string;
  readonly lastUsedAt: string;
  readonly revokedAt: string;
}

export function parseCreatedTenant(value: unknown): CreatedTenant {
  const answer = new Answer(value);
  return { tenantId: answer.text('tenantId'), scimUrl: answer.text('scimUrl'), token: answer.text('token') };
}

export function parseTenant(value: unknown): Tenant {
  const answer = new Answer(value);
  return {
    tenantId: answer.text('tenantId'),
    name: answer.text('name'),
    state: answer.optionalText('state') ?? '',
    domains: answer.hasList('domains') ? answer.list('domains').map(domainOf) : [],
    anyDomain: answer.flag('anyDomain'),
    settings: answer.values('settings'),
    chosenSettings: answer.hasList('chosenSettings') ? answer.list('chosenSettings').map(String) : [],
    schemas: answer.has('schemas') ? parseRegisteredSchemas(answer.member('schemas')) : null,
    scimUrl: answer.optionalText('scimUrl') ?? '',
    createdAt: answer.optionalText('createdAt') ?? '',
  };
}

export function parseRegisteredSchemas(value: unknown): RegisteredSchemas {
  const answer = new Answer(value);
  const types = answer.hasList('resourceTypes') ? answer.list('resourceTypes') : [];
  return { digest: answer.text('digest'), resourceTypes: types.map(registeredTypeOf) };
}

function registeredTypeOf(value: unknown): RegisteredType {
  const type = new Answer(value);
  return {
    name: type.text('name'),
    endpoint: type.text('endpoint'),
    schema: type.text('schema'),
    extensions: type.list('extensions').map((item) => {
      const extension = new Answer(item);
      return { schema: extension.text('schema'), required: extension.flag('required') };
    }),
  };
}

export function parseTenants(value: unknown): readonly Tenant[] {
  return new Answer(value).list('tenants').map(parseTenant);
}

export function parseCreatedToken(value: unknown): CreatedToken {
  const answer = new Answer(value);
  return {
    tokenId: answer.text('tokenId'),
    token: answer.text('token'),
    expiresAt: answer.optionalText('expiresAt') ?? null,
  };
}

export function parseTokens(value: unknown): readonly TenantToken[] {
  return new Answer(value).list('tokens').map((item) => {
    const token = new Answer(item);
    return {
      tokenId: token.text('tokenId'),
      name: token.optionalText('name') ?? '',
      createdAt: token.optionalText('createdAt') ?? '',
      expiresAt: token.optionalText('expiresAt') ?? '',
      lastUsedAt: token.optionalText('lastUsedAt') ?? '',
      revokedAt: token.optionalText('revokedAt') ?? '',
    };
  });
}

export function parseDomains(value: unknown): readonly string[] {
  return new Answer(value).list('domains').map(domainOf);
}

/** A domain is a name, or an object that carries one. */
function domainOf(value: unknown): string {
  return typeof value === 'string' ? value : new Answer(value).text('domain');
}

function isPlainEntry(entry: [string, unknown]): entry is [string, SettingValue] {
  return ['string', 'number', 'boolean'].includes(typeof entry[1]);
}

/** Reads members of an answer; a member of another shape than promised is an error that names it. */
export class Answer {
  readonly #fields: ReadonlyMap<string, unknown>;

  constructor(value: unknown) {
    if (typeof value !== 'object' || value === null)
      throw new Error('the admin API answered with something else than an object');
    this.#fields = new Map<string, unknown>(Object.entries(value));
  }

  text(name: string): string {
    const value = this.#fields.get(name);
    if (typeof value !== 'string') throw new Error(`the admin API answered without "${name}"`);
    return value;
  }

  optionalText(name: string): string | undefined {
    const value = this.#fields.get(name);
    return typeof value === 'string' ? value : undefined;
  }

  /** Whether it is there and not null. */
  has(name: string): boolean {
    return (this.#fields.get(name) ?? null) !== null;
  }

  member(name: string): unknown {
    return this.#fields.get(name);
  }

  flag(name: string): boolean {
    return this.#fields.get(name) === true;
  }

  /** A member's own members that are plain values. */
  values(name: string): Readonly<Record<string, SettingValue>> {
    const value = this.#fields.get(name);
    if (typeof value !== 'object' || value === null) return {};
    return Object.fromEntries(Object.entries(value).filter(isPlainEntry));
  }

  hasList(name: string): boolean {
    return Array.isArray(this.#fields.get(name));
  }

  list(name: string): readonly unknown[] {
    const value = this.#fields.get(name);
    if (!Array.isArray(value)) throw new Error(`the admin API answered without a list "${name}"`);
    return value;
  }
}
