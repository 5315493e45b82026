import { request } from 'undici';
import { EXIT_CODES } from '../exit-codes.js';
import { MusterctlError } from '../musterctl-error.js';
import { parseActivityPage, type ActivityPage, type ActivityQuery } from './activity-messages.js';
import { type AdminAccess } from './find-stack.js';
import {
  parseCreatedTenant,
  parseCreatedToken,
  parseDomains,
  parseRegisteredSchemas,
  parseTenant,
  parseTenants,
  parseTokens,
  type CreatedTenant,
  type CreatedToken,
  type RegisteredSchemas,
  type SettingValue,
  type Tenant,
  type TenantToken,
} from './admin-messages.js';

const TIMEOUT_MS = 15_000;

export interface NewTenant {
  readonly name: string;
  readonly domains: readonly string[];
  readonly notificationEmail: string | undefined;
}

export interface SettingsChange {
  readonly anyDomain?: SettingValue;
  /** Null leaves a setting to its default. */
  readonly settings?: Readonly<Record<string, SettingValue | null>>;
}

/** The directory's admin API. Every method throws a MusterctlError that says what to do next. */
export class AdminClient {
  readonly #access: AdminAccess;

  constructor(access: AdminAccess) {
    this.#access = access;
  }

  async createTenant({ name, domains, notificationEmail: email }: NewTenant): Promise<CreatedTenant> {
    const notification = email === undefined ? {} : { notification: { email, enabled: true } };
    return parseCreatedTenant(await this.#call('POST', '/admin/tenants', { name, domains, ...notification }));
  }

  async listTenants(): Promise<readonly Tenant[]> {
    return parseTenants(await this.#call('GET', '/admin/tenants'));
  }

  async findTenant(nameOrId: string): Promise<Tenant> {
    return parseTenant(await this.#call('GET', `/admin/tenants/${encodeURIComponent(nameOrId)}`));
  }

  async changeState(tenantId: string, state: 'active' | 'paused'): Promise<void> {
    await this.#call('PATCH', this.#pathOf(tenantId), { state });
  }

  /** `anyDomain` and what `settings` names change, the rest stays. */
  async changeSettings(tenantId: string, change: SettingsChange): Promise<Tenant> {
    return parseTenant(await this.#call('PATCH', this.#pathOf(tenantId), change));
  }

  /** What the tenant registered, as JSON. */
  async findSchemas(tenantId: string): Promise<unknown> {
    return this.#call('GET', this.#pathOf(tenantId, 'schemas'));
  }

  async registerSchemas(tenantId: string, registration: unknown): Promise<RegisteredSchemas> {
    return parseRegisteredSchemas(await this.#call('PUT', this.#pathOf(tenantId, 'schemas'), registration));
  }

  async removeSchemas(tenantId: string): Promise<void> {
    await this.#call('DELETE', this.#pathOf(tenantId, 'schemas'));
  }

  async createToken(tenantId: string, options: { name?: string; expiresAt?: string }): Promise<CreatedToken> {
    return parseCreatedToken(await this.#call('POST', this.#pathOf(tenantId, 'tokens'), options));
  }

  async listTokens(tenantId: string): Promise<readonly TenantToken[]> {
    return parseTokens(await this.#call('GET', this.#pathOf(tenantId, 'tokens')));
  }

  async revokeToken(tenantId: string, tokenId: string): Promise<void> {
    await this.#call('DELETE', this.#pathOf(tenantId, 'tokens', tokenId));
  }

  async listDomains(tenantId: string): Promise<readonly string[]> {
    return parseDomains(await this.#call('GET', this.#pathOf(tenantId, 'domains')));
  }

  async addDomain(tenantId: string, domain: string): Promise<void> {
    await this.#call('PUT', this.#pathOf(tenantId, 'domains', domain));
  }

  async removeDomain(tenantId: string, domain: string): Promise<void> {
    await this.#call('DELETE', this.#pathOf(tenantId, 'domains', domain));
  }

  /** Newest first. */
  async listActivity(nameOrId: string, query: ActivityQuery): Promise<ActivityPage> {
    const parameters = new URLSearchParams(
      Object.entries(query).map(([name, value]): [string, string] => [name, String(value)]),
    );
    return parseActivityPage(
      await this.#call('GET', `${this.#pathOf(nameOrId, 'activity')}?${parameters.toString()}`),
    );
  }

  #pathOf(tenantId: string, ...rest: readonly string[]): string {
    return ['/admin/tenants', ...[tenantId, ...rest].map(encodeURIComponent)].join('/');
  }

  async #call(
    method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE',
    path: string,
    body?: unknown,
  ): Promise<unknown> {
    const { url, token } = this.#access;
    const answer = await request(`${url}${path}`, {
      method,
      headers: {
        authorization: `Bearer ${token}`,
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      headersTimeout: TIMEOUT_MS,
      bodyTimeout: TIMEOUT_MS,
    }).catch((error: unknown) => {
      throw unreachable(url, error);
    });
    const text = await answer.body.text();
    const value = parseJson(text);
    if (answer.statusCode >= 200 && answer.statusCode < 300) return value;
    throw refusal(answer.statusCode, { detail: detailOf(value), code: codeOf(value) }, url);
  }
}

function parseJson(text: string): unknown {
  if (text === '') return undefined;
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** The sentence in an error answer, whichever of the usual members it is in. */
function detailOf(value: unknown): string | undefined {
  if (typeof value !== 'object' || value === null) return undefined;
  const fields = new Map<string, unknown>(Object.entries(value));
  const broken = fields.get('errors');
  if (Array.isArray(broken) && broken.length > 0) return broken.map(brokenRule).join('; ');
  const detail = fields.get('detail') ?? fields.get('message') ?? fields.get('error');
  if (Array.isArray(detail)) return detail.map(String).join('; ');
  return typeof detail === 'string' ? detail : undefined;
}

/** One broken rule of a 422: which field of what was sent, and what is wrong with it. */
function brokenRule(value: unknown): string {
  if (typeof value !== 'object' || value === null) return String(value);
  const { pointer, detail } = value as { pointer?: unknown; detail?: unknown };
  return [pointer, detail].filter((part) => typeof part === 'string').join(': ');
}

function unreachable(url: string, error: unknown): MusterctlError {
  const why =
    typeof error === 'object' && error !== null && 'code' in error ? String(error.code) : String(error);
  return new MusterctlError(
    EXIT_CODES.unreachable,
    `the admin API at ${url} does not answer (${why})`,
    'Is the stack running? Start it with "npm start", or look at its directory service.',
  );
}

/** The code in the `type` of a problem document. */
function codeOf(value: unknown): string | undefined {
  if (typeof value !== 'object' || value === null || !('type' in value)) return undefined;
  return /^urn:muster:problem:(\w+)$/.exec(String(value.type))?.[1];
}

/** What to do about a refusal, by its code, where there is more to say than for every other of its status. */
const REMEDIES: ReadonlyMap<string, string> = new Map([
  ['schemas_not_found', 'Register some: musterctl tenant set TENANT schemas=@FILE'],
  ['schemas_in_use', 'To see what is registered now: musterctl tenant schemas TENANT'],
  ['schemas_invalid', 'Correct the file and try again.'],
  ['schemas_too_large', 'Register fewer schemas, or shorten descriptions.'],
]);

interface Said {
  readonly detail: string | undefined;
  readonly code: string | undefined;
}

function refusal(status: number, { detail, code }: Said, url: string): MusterctlError {
  const said = detail === undefined ? '' : `: ${detail}`;
  const remedy = REMEDIES.get(code ?? '');
  if (status === 401 || status === 403) {
    return new MusterctlError(
      EXIT_CODES.unauthorized,
      `${url} does not accept the admin token`,
      'Use the admin token of that stack: --admin-token-file, MUSTER_ADMIN_TOKEN, or its stack.json.',
    );
  }
  if (status === 404) {
    return new MusterctlError(
      EXIT_CODES.notFound,
      `not found${said}`,
      remedy ?? 'See "musterctl tenant list".',
    );
  }
  if (status >= 400 && status < 500) {
    return new MusterctlError(
      EXIT_CODES.refused,
      `refused (${status})${said}`,
      remedy ?? 'Correct the value and try again.',
    );
  }
  return new MusterctlError(
    EXIT_CODES.failed,
    `the directory answered ${status}${said}`,
    'Try again in a moment; the log of the directory service says more.',
  );
}
