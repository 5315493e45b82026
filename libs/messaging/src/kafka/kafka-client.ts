import { connect as connectTcp, isIP, type Socket } from 'node:net';
import { connect as connectTls, type ConnectionOptions } from 'node:tls';
import {
  Kafka,
  logLevel,
  type ISocketFactory,
  type KafkaConfig,
  type logCreator,
  type RetryOptions,
  type SASLOptions,
} from 'kafkajs';
import { type MessagingLogField, type MessagingLogger } from '../ports/logger.js';
import { patchIdleTimer } from './idle-timer-patch.js';

/** How a client proves who it is, and whether what it says can be overheard. */
export interface KafkaSecurity {
  /** `true` trusts the system's certificate authorities. Default: no TLS. */
  readonly tls?: boolean | ConnectionOptions;
  readonly sasl?: {
    readonly mechanism: 'plain' | 'scram-sha-256' | 'scram-sha-512';
    readonly username: string;
    readonly password: string;
  };
}

export interface KafkaClientOptions {
  /** `host:port` of at least one broker. */
  readonly brokers: readonly string[];
  readonly clientId: string;
  readonly security?: KafkaSecurity;
  readonly logger: MessagingLogger;
}

const KEEP_ALIVE_DELAY_MS = 60_000;

/**
 * Short and bounded: whoever waits decides what a failure means. All five are stated because kafkajs takes others from
 * `NODE_ENV`. Sum of the pauses: 20 + 40 + ... + 640 + 3 x 1,000 ms = about 4 s.
 */
export const APPEND_RETRY = {
  initialRetryTime: 20,
  multiplier: 2,
  factor: 0.2,
  maxRetryTime: 1_000,
  retries: 8,
} as const satisfies RetryOptions;

/** Of connections and metadata. Few tries, because whoever needs them tries again, and a broker that swallows everything costs seconds each time. */
export const CONNECT_RETRY = {
  ...APPEND_RETRY,
  initialRetryTime: 50,
  retries: 3,
} as const satisfies RetryOptions;

/** The default 300 ms would show in every commit: a transaction often meets its predecessor still completing. */
export const TRANSACTION_RETRY = {
  ...APPEND_RETRY,
  initialRetryTime: 5,
  retries: 10,
} as const satisfies RetryOptions;

/** A consumer that gives up is replaced by its `GroupConsumer`, which knows more; so it gives up soon, and never restarts itself. */
export const CONSUMER_RETRY = {
  ...APPEND_RETRY,
  initialRetryTime: 50,
  retries: 5,
  restartOnFailure: async () => false,
} as const satisfies RetryOptions;

const CONNECTION_TIMEOUT_MS = 3_000;

/** Every part of the adapter gets a client of its own: kafkajs shares committed offsets between the consumers of one client. */
export type KafkaClientFactory = (options: {
  readonly retry: RetryOptions;
  readonly requestTimeoutMs: number;
}) => Kafka;

export function kafkaClientFactory(options: KafkaClientOptions): KafkaClientFactory {
  if (!patchIdleTimer()) {
    options.logger.warn(
      {},
      'another kafkajs than the one known here is installed: its idle timer stays unpatched',
    );
  }
  return ({ retry, requestTimeoutMs }) =>
    new Kafka({
      brokers: [...options.brokers],
      clientId: options.clientId,
      connectionTimeout: CONNECTION_TIMEOUT_MS,
      requestTimeout: requestTimeoutMs,
      retry,
      ...securityConfig(options.security),
      socketFactory: lowLatencySocket,
      logLevel: logLevel.INFO,
      logCreator: quietLogCreator(options.logger),
    });
}

function securityConfig({ tls, sasl }: KafkaSecurity = {}): Pick<KafkaConfig, 'ssl' | 'sasl'> {
  return {
    ...(tls === undefined ? {} : { ssl: tls }),
    // The client's type ties each mechanism to its own member of a union; the three used here have the same fields.
    ...(sasl === undefined ? {} : { sasl: { ...sasl } as SASLOptions }),
  };
}

/** Like the client's own, but without Nagle's algorithm, which holds small requests back for up to 40 ms. */
const lowLatencySocket: ISocketFactory = ({ host, port, ssl, onConnect }): Socket => {
  // The type says that `ssl` is always there; without TLS it is not.
  const tlsOptions = ssl as typeof ssl | undefined;
  const servername = isIP(host) === 0 ? { servername: host } : {};
  const socket = tlsOptions
    ? connectTls({ host, port, ...servername, ...tlsOptions }, onConnect)
    : connectTcp({ host, port }, onConnect);
  socket.setKeepAlive(true, KEEP_ALIVE_DELAY_MS);
  socket.setNoDelay(true);
  return socket;
};

/** Fields of the client's log lines that may be passed on. Its errors quote stacks and payloads: those are not. */
const LOGGED_FIELDS = [
  'broker',
  'groupId',
  'memberId',
  'topic',
  'partition',
  'retryCount',
  'retryTime',
] as const;

/**
 * kafkajs says ERROR of everything it will try again, such as a broker that restarts. What matters reaches us as a rejection
 * or a crash event, and is logged there with its meaning; so its own lines are details: errors and warnings as debug.
 */
function quietLogCreator(logger: MessagingLogger): logCreator {
  return () =>
    ({ namespace, label, log }) => {
      if (label === 'INFO' || label === 'DEBUG') return;
      const fields: Partial<Record<MessagingLogField, unknown>> = { client: 'kafkajs', namespace, label };
      for (const name of LOGGED_FIELDS) {
        if (Object.hasOwn(log, name)) fields[name] = log[name] as unknown;
      }
      logger.debug(fields, log.message);
    };
}
