import { directoryPaths, type TenantId } from '@muster/contracts';
import { Pool } from 'undici';
import type { NotificationSettingsSource } from '../../application/ports.js';
import type { NotificationSettings } from '../../domain/recipient.js';

/** The directory did not answer, or not as agreed. */
export class DirectoryUnavailableError extends Error {
  override readonly name = 'DirectoryUnavailableError';
}

export interface DirectorySettingsOptions {
  readonly url: string;
  /** The service credential. */
  readonly internalToken: string;
  /** Milliseconds for connecting, and for the answer. */
  readonly timeoutMs: number;
  readonly now: () => number;
}

/** As old as an answer may be: what an admin changes holds everywhere within a few seconds. */
const CACHED_FOR_MS = 3_000;
const CACHED_MAX = 1_000;

interface CachedSettings {
  readonly until: number;
  readonly settings: Promise<NotificationSettings | null>;
}

/** Asks the directory whom a tenant wants to be told, at most once in three seconds per tenant. */
export class DirectoryNotificationSettings implements NotificationSettingsSource {
  private readonly pool: Pool;
  private readonly cached = new Map<TenantId, CachedSettings>();

  constructor(private readonly options: DirectorySettingsOptions) {
    const { timeoutMs } = options;
    this.pool = new Pool(new URL(options.url).origin, {
      connections: 4,
      connect: { timeout: timeoutMs },
      headersTimeout: timeoutMs,
      bodyTimeout: timeoutMs,
    });
  }

  settingsOf(tenantId: TenantId): Promise<NotificationSettings | null> {
    const now = this.options.now();
    const known = this.cached.get(tenantId);
    if (known !== undefined && now < known.until) return known.settings;
    const settings = this.ask(tenantId);
    this.remember(tenantId, { until: now + CACHED_FOR_MS, settings });
    // A failure is not an answer: the next one who asks tries again.
    settings.catch(() => this.cached.delete(tenantId));
    return settings;
  }

  async close(): Promise<void> {
    await this.pool.destroy();
  }

  private remember(tenantId: TenantId, entry: CachedSettings): void {
    this.cached.delete(tenantId);
    this.cached.set(tenantId, entry);
    const [oldest] = this.cached.keys();
    if (this.cached.size > CACHED_MAX && oldest !== undefined) this.cached.delete(oldest);
  }

  private async ask(tenantId: TenantId): Promise<NotificationSettings | null> {
    const response = await this.request(tenantId);
    if (response.status === 404) return null;
    if (response.status !== 200)
      throw new DirectoryUnavailableError(`the directory answered ${response.status}`);
    return settingsFrom(response.body);
  }

  private async request(tenantId: TenantId): Promise<{ readonly status: number; readonly body: string }> {
    try {
      const { statusCode, body } = await this.pool.request({
        method: 'GET',
        path: directoryPaths.notification(tenantId),
        headers: { authorization: `Bearer ${this.options.internalToken}`, accept: 'application/json' },
      });
      return { status: statusCode, body: await body.text() };
    } catch (error) {
      throw new DirectoryUnavailableError('the directory could not be asked', { cause: error });
    }
  }
}

function settingsFrom(text: string): NotificationSettings {
  const body = parsed(text);
  const tenantName = fieldOf(body, 'tenantName');
  const email = fieldOf(body, 'email');
  const enabled = fieldOf(body, 'enabled');
  if (
    typeof tenantName !== 'string' ||
    typeof enabled !== 'boolean' ||
    !(email === null || typeof email === 'string')
  ) {
    throw new DirectoryUnavailableError('the directory answered something else than notification settings');
  }
  return { tenantName, email, enabled };
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new DirectoryUnavailableError('the directory did not answer with JSON', { cause: error });
  }
}

function fieldOf(body: unknown, name: string): unknown {
  return typeof body === 'object' && body !== null && Object.hasOwn(body, name)
    ? Reflect.get(body, name)
    : undefined;
}
