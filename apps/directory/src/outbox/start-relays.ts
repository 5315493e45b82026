import type { EventLog } from '@muster/messaging';
import { AdvisoryLock, type Database } from '@muster/persistence';
import type { Metrics } from '@muster/telemetry';
import { PostgresOutboxStore } from './adapters/postgres-outbox-store.js';
import { OutboxRelay } from './application/outbox-relay.js';
import type { OutboxKind } from './application/outbox-store.js';

export interface RelaysOptions {
  readonly eventLog: EventLog;
  /** Connected as the relay's role. */
  readonly database: Database;
  readonly databaseUrl: string;
  readonly role: string;
  /** Parts of the outbox, each with one relay at a time; the same number in every directory. */
  readonly shards: number;
  /** Facts stay where they are while no broker is attached. */
  readonly kinds: readonly OutboxKind[];
  readonly metrics: Metrics;
  readonly warn: (message: string, error: unknown) => void;
  readonly alarm: (message: string, error: unknown) => void;
}

export interface Relays {
  wake(): void;
  close(): Promise<void>;
}

/** How often depth and age of the outbox are looked at for the gauges. Counting millions of rows takes seconds. */
const MEASURE_MS = 15_000;

/** One relay per shard; those that do not get their lock stand by for whoever has it. */
export function startRelays(options: RelaysOptions): Relays {
  const { eventLog, metrics, warn, alarm } = options;
  const store = new PostgresOutboxStore(options.database);
  const relays = Array.from({ length: options.shards }, (_, index) => {
    const name = `directory.outbox.${index}`;
    return new OutboxRelay({
      shard: { index, of: options.shards },
      kinds: options.kinds,
      store,
      lock: new AdvisoryLock({
        url: options.databaseUrl,
        role: options.role,
        applicationName: `directory-relay-${index}`,
        name,
      }),
      openAppender: () => eventLog.openFencedAppender({ transactionalId: name }),
      metrics,
      warn,
      alarm,
    });
  });
  const measuring = setInterval(() => {
    store.measure(options.kinds).then(
      ({ depth, oldestMs }) => {
        metrics.gauge('outbox_depth').set(depth);
        metrics.gauge('outbox_oldest_seconds').set((oldestMs ?? 0) / 1000);
      },
      (error: unknown) => warn('the outbox could not be measured', error),
    );
  }, MEASURE_MS);
  measuring.unref();
  return {
    wake: () => {
      for (const relay of relays) relay.wake();
    },
    close: async () => {
      clearInterval(measuring);
      await Promise.all(relays.map((relay) => relay.stop()));
    },
  };
}
