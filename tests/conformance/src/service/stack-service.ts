import { randomBytes } from 'node:crypto';
import { startStack, type RunningStack, type StartStackOptions } from '@muster/stack';
import { type TenantWish } from '../replay/replay-case.js';
import { type ScimService, type Tenant } from './scim-service.js';

const ADMIN_TIMEOUT_MS = 10_000;
const ANSWERED = /^muster_scim_requests_total\{(.*)\} (\d+)$/gm;

/** Starts a stack of its own and makes tenants in it by the admin API. */
export async function startStackService(options: StartStackOptions = {}): Promise<ScimService> {
  return new StackService(await startStack({ demoTenant: false, ...options }));
}

class StackService implements ScimService {
  readonly origin: string;
  readonly basePaths = ['/scim/v2', '/moservices/scim/v1'];
  private common: Promise<Tenant> | undefined;

  constructor(private readonly stack: RunningStack) {
    this.origin = `http://127.0.0.1:${stack.state().ports.scim}`;
  }

  async newTenant({ domains, settings, registration }: TenantWish): Promise<Tenant> {
    const name = `conformance-${randomBytes(6).toString('hex')}`;
    const access = domains === undefined ? { anyDomain: true } : { domains };
    const made = await this.admin('POST', '/admin/tenants', { name, ...access });
    if (settings !== undefined) await this.admin('PATCH', `/admin/tenants/${name}`, { settings });
    // Before the token is used for the first time, so that no gateway remembers it without them.
    if (registration !== undefined) await this.admin('PUT', `/admin/tenants/${name}/schemas`, registration);
    const { scimUrl, token } = Object.fromEntries(Object.entries(made));
    if (typeof scimUrl !== 'string' || typeof token !== 'string')
      throw new Error('the new tenant has no URL or token');
    return { url: scimUrl, token };
  }

  commonTenant(): Promise<Tenant> {
    return (this.common ??= this.newTenant({}));
  }

  async serverErrors(): Promise<number> {
    const response = await fetch(this.stack.state().metrics.gateway);
    const page = await response.text();
    return [...page.matchAll(ANSWERED)]
      .filter(([, labels = '']) => /status="5/.test(labels) && !labels.includes('status="501"'))
      .reduce((sum, [, , count]) => sum + Number(count), 0);
  }

  async stop(): Promise<void> {
    await this.stack.stop();
  }

  private async admin(method: 'POST' | 'PATCH' | 'PUT', path: string, body: object): Promise<object> {
    const { adminUrl, adminToken } = this.stack.state();
    const response = await fetch(`${adminUrl}${path}`, {
      method,
      headers: { authorization: `Bearer ${adminToken}`, 'content-type': 'application/json' },
      body: JSON.stringify(body),
      signal: AbortSignal.timeout(ADMIN_TIMEOUT_MS),
    });
    if (!response.ok) throw new Error(`the admin API answered ${response.status}: ${await response.text()}`);
    return (await response.json()) as object;
  }
}
