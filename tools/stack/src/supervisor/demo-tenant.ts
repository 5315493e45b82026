/** What `npm start` makes on its first run, so that there is something to try. */
const DEMO_TENANT = {
  name: 'demo',
  domains: ['example.com', 'contoso.com'],
  notification: { email: 'admin@example.com', enabled: true },
} as const;

export interface DemoTenant {
  readonly tenantId: string;
  readonly scimUrl: string;
  /** Absent when the tenant was there before and its token was shown then. */
  readonly token?: string;
  readonly isNew: boolean;
}

export interface AdminAccess {
  readonly adminUrl: string;
  readonly adminToken: string;
}

/** Finds the demo tenant, or makes it. */
export async function provideDemoTenant(access: AdminAccess): Promise<DemoTenant> {
  const found = await callAdmin(access, 'GET', `/admin/tenants/${DEMO_TENANT.name}`);
  if (found.status === 200) return { ...tenantOf(found.body), isNew: false };
  if (found.status !== 404)
    throw new Error(`the directory's admin API answered ${found.status} to a look-up of the demo tenant`);
  const made = await callAdmin(access, 'POST', '/admin/tenants', DEMO_TENANT);
  if (made.status !== 201)
    throw new Error(`the directory's admin API answered ${made.status} when the demo tenant was to be made`);
  return { ...tenantOf(made.body), isNew: true };
}

async function callAdmin(
  { adminUrl, adminToken }: AdminAccess,
  method: 'GET' | 'POST',
  path: string,
  body?: unknown,
): Promise<{ status: number; body: unknown }> {
  const response = await fetch(`${adminUrl}${path}`, {
    method,
    headers: {
      authorization: `Bearer ${adminToken}`,
      ...(body === undefined ? {} : { 'content-type': 'application/json' }),
    },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    signal: AbortSignal.timeout(10_000),
  });
  const text = await response.text();
  return { status: response.status, body: text === '' ? undefined : JSON.parse(text) };
}

function tenantOf(body: unknown): { tenantId: string; scimUrl: string; token?: string } {
  const fields = new Map<string, unknown>(Object.entries(body ?? {}));
  const tenantId = fields.get('tenantId');
  const scimUrl = fields.get('scimUrl');
  const token = fields.get('token');
  if (typeof tenantId !== 'string' || typeof scimUrl !== 'string') {
    throw new Error("the directory's admin API answered without tenantId and scimUrl");
  }
  return { tenantId, scimUrl, ...(typeof token === 'string' ? { token } : {}) };
}
