export interface BrokerAddresses {
  readonly port: number;
  readonly controllerPort: number;
  /** Absolute. */
  readonly dataDir: string;
}

const MIB = 1024 * 1024;
/** A group of 16 MiB in the body, its envelope and headers. */
export const MESSAGE_BYTES_MAX = 20 * MIB;

/** `server.properties` of a single node that is broker and controller, small enough for a laptop. */
export function serverProperties({ port, controllerPort, dataDir }: BrokerAddresses): string {
  const settings: Readonly<Record<string, string | number | boolean>> = {
    'process.roles': 'broker,controller',
    'node.id': 1,
    'controller.quorum.voters': `1@127.0.0.1:${controllerPort}`,
    listeners: `PLAINTEXT://127.0.0.1:${port},CONTROLLER://127.0.0.1:${controllerPort}`,
    'advertised.listeners': `PLAINTEXT://127.0.0.1:${port}`,
    'listener.security.protocol.map': 'PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT',
    'controller.listener.names': 'CONTROLLER',
    'inter.broker.listener.name': 'PLAINTEXT',
    'log.dirs': dataDir,
    'num.network.threads': 2,
    'num.io.threads': 4,
    'num.partitions': 3,
    'auto.create.topics.enable': false,
    'message.max.bytes': MESSAGE_BYTES_MAX,
    'replica.fetch.max.bytes': MESSAGE_BYTES_MAX,
    'socket.request.max.bytes': 100 * MIB,
    // One node: the internal topics cannot have the three replicas they want by default.
    'offsets.topic.num.partitions': 1,
    'offsets.topic.replication.factor': 1,
    'transaction.state.log.num.partitions': 1,
    'transaction.state.log.replication.factor': 1,
    'transaction.state.log.min.isr': 1,
    'share.coordinator.state.topic.replication.factor': 1,
    'share.coordinator.state.topic.min.isr': 1,
    // A consumer that joins an empty group starts at once.
    'group.initial.rebalance.delay.ms': 0,
    // Larger than the largest message.
    'log.segment.bytes': 64 * MIB,
    'log.cleaner.dedupe.buffer.size': 2 * MIB,
    // The controller refuses a broker that comes back until the session of its former life is over, unless that one took its leave.
    'controlled.shutdown.enable': true,
    'controlled.shutdown.max.retries': 1,
    'broker.session.timeout.ms': 3_000,
    'broker.heartbeat.interval.ms': 500,
  };
  return Object.entries(settings)
    .map(([name, value]) => `${name}=${String(value)}\n`)
    .join('');
}
