import { connect } from 'node:net';

const CLIENT_ID = 'muster-stack';
const TIMEOUT_MS = 2_000;
const ANSWER_BYTES_MAX = 1024 * 1024;

const METADATA = { key: 3, version: 4 } as const;
const FIND_COORDINATOR = { key: 10, version: 1 } as const;
const INIT_PRODUCER_ID = { key: 22, version: 1 } as const;
/** What a coordinator look-up is about (`key_type` of FindCoordinator). */
const COORDINATOR_OF = { group: 0, transaction: 1 } as const;

/**
 * Does the broker serve clients? An open port is not enough: it has to know itself as a broker of the cluster, its two coordinators have to be
 * there (the first look-up makes their topics) and it has to have producer ids to give. The first consumer and the first producer would
 * meet the errors of that moment. It also has to be the broker that was meant: another one on this port has another cluster id.
 * Speaks the wire protocol itself: three small requests are no reason for a client library here.
 */
export async function brokerAnswers(host: string, port: number, clusterId: string): Promise<boolean> {
  const metadata = await request(host, port, METADATA, noTopics());
  const cluster = readMetadata(metadata);
  if (cluster.brokerCount < 1 || cluster.id !== clusterId) return false;
  for (const keyType of [COORDINATOR_OF.group, COORDINATOR_OF.transaction]) {
    const answer = await request(host, port, FIND_COORDINATOR, coordinatorOf(keyType));
    if (answer.readInt16BE(4) !== 0) return false;
  }
  const producer = await request(host, port, INIT_PRODUCER_ID, idempotentProducer());
  return producer.readInt16BE(4) === 0;
}

/** Metadata v4 body: an empty topic list, no topic creation. */
function noTopics(): Buffer {
  return Buffer.from([0, 0, 0, 0, 0]);
}

/** Metadata v4 answer: throttle time, the brokers (id, host, port, rack), the cluster id; what follows is of no interest here. */
function readMetadata(answer: Buffer): { brokerCount: number; id: string | undefined } {
  let at = 4;
  const readInt32 = (): number => answer.readInt32BE((at += 4) - 4);
  const readText = (): string | undefined => {
    const length = answer.readInt16BE((at += 2) - 2);
    // A length of -1 is how the protocol says "none".
    return length < 0 ? undefined : answer.toString('utf8', at, (at += length));
  };
  const brokerCount = readInt32();
  for (let broker = 0; broker < brokerCount; broker += 1) {
    readInt32();
    readText();
    readInt32();
    readText();
  }
  return { brokerCount, id: readText() };
}

/** FindCoordinator v1 body. */
function coordinatorOf(keyType: number): Buffer {
  return Buffer.concat([shortString(CLIENT_ID), Buffer.from([keyType])]);
}

/** InitProducerId v1 body: no transactional id, a transaction timeout of one second. */
function idempotentProducer(): Buffer {
  return Buffer.from([0xff, 0xff, 0, 0, 0x03, 0xe8]);
}

function shortString(text: string): Buffer {
  const bytes = Buffer.from(text, 'utf8');
  const length = Buffer.alloc(2);
  length.writeInt16BE(bytes.length);
  return Buffer.concat([length, bytes]);
}

/** One request on a connection of its own; the answer's body, after its length and correlation id. */
function request(
  host: string,
  port: number,
  api: { key: number; version: number },
  body: Buffer,
): Promise<Buffer> {
  const header = Buffer.alloc(8);
  header.writeInt16BE(api.key, 0);
  header.writeInt16BE(api.version, 2);
  header.writeInt32BE(1, 4);
  const payload = Buffer.concat([header, shortString(CLIENT_ID), body]);
  const frame = Buffer.alloc(4);
  frame.writeInt32BE(payload.length);
  return new Promise((resolve, reject) => {
    let received = Buffer.alloc(0);
    const socket = connect({ host, port });
    socket.setTimeout(TIMEOUT_MS, () => socket.destroy(new Error(`no answer from ${host}:${port}`)));
    socket.once('connect', () => socket.write(Buffer.concat([frame, payload])));
    socket.on('data', (chunk) => {
      received = Buffer.concat([received, chunk]);
      if (received.length < 4) return;
      const length = received.readInt32BE(0);
      if (length > ANSWER_BYTES_MAX) return void socket.destroy(new Error('not a Kafka broker'));
      if (received.length < 4 + length) return;
      resolve(received.subarray(8, 4 + length));
      socket.destroy();
    });
    socket.once('error', reject);
    socket.once('close', () => reject(new Error(`${host}:${port} closed the connection`)));
  });
}
