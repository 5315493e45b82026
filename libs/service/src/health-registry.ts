import { isNativeError } from 'node:util/types';

/** Resolves when a dependency can be used; rejects or times out otherwise. */
export type HealthCheck = () => void | Promise<void>;

export interface CheckReport {
  readonly ok: boolean;
  readonly durationMs: number;
  /** Class or code of the failure, never its message. */
  readonly failure?: string;
}

export interface ReadinessReport {
  readonly ready: boolean;
  readonly stopping: boolean;
  readonly checks: Readonly<Record<string, CheckReport>>;
}

const cachedForMs = 1_000;
const checkTimeoutMs = 1_000;

/** The checks that decide whether this process should get work. What merely serves others better stays out of it. */
export class HealthRegistry {
  private readonly checks = new Map<string, HealthCheck>();
  private latest: { readonly until: number; readonly report: Promise<ReadinessReport> } | undefined;
  private isStopping = false;

  constructor(private readonly now: () => number = () => performance.now()) {}

  /** @throws Error when the name is taken */
  register(name: string, check: HealthCheck): void {
    if (this.checks.has(name)) throw new Error(`health check ${name} is registered twice`);
    this.checks.set(name, check);
    this.latest = undefined;
  }

  /**
   * Keeps the process from being ready until the returned function is called. Probes are answered early, so that they can say
   * what is missing; the checks of what is started later are not there yet, and without them it would look complete.
   */
  registerStart(): () => void {
    let isStarted = false;
    this.register('start', () => {
      if (!isStarted) throw new NotStartedError();
    });
    return () => {
      isStarted = true;
      this.latest = undefined;
    };
  }

  /** From now on the process is not ready, whatever the checks say. */
  stopping(): void {
    this.isStopping = true;
    this.latest = undefined;
  }

  /** Runs the checks side by side, at most once a second, however many ask. */
  report(): Promise<ReadinessReport> {
    const now = this.now();
    if (this.latest === undefined || now >= this.latest.until) {
      this.latest = { until: now + cachedForMs, report: this.run() };
    }
    return this.latest.report;
  }

  private async run(): Promise<ReadinessReport> {
    const stopping = this.isStopping;
    const entries = await Promise.all(
      [...this.checks].map(async ([name, check]) => [name, await checked(check)] as const),
    );
    const ready = !stopping && entries.every(([, { ok }]) => ok);
    return { ready, stopping, checks: Object.fromEntries(entries) };
  }
}

/** For readiness: some part is not open yet. */
class NotStartedError extends Error {
  override readonly name = 'NotStartedError';
}

async function checked(check: HealthCheck): Promise<CheckReport> {
  const startedAt = performance.now();
  const durationMs = (): number => Math.round(performance.now() - startedAt);
  const timeout = Promise.withResolvers<never>();
  const timer = setTimeout(() => timeout.reject(new Error('timeout')), checkTimeoutMs);
  try {
    await Promise.race([(async () => check())(), timeout.promise]);
    return { ok: true, durationMs: durationMs() };
  } catch (error) {
    return { ok: false, durationMs: durationMs(), failure: failureOf(error) };
  } finally {
    clearTimeout(timer);
  }
}

function failureOf(error: unknown): string {
  if (!isNativeError(error)) return 'unknown';
  if (error.message === 'timeout') return 'timeout';
  const code: unknown = Reflect.get(error, 'code');
  return typeof code === 'string' ? code : error.name;
}
