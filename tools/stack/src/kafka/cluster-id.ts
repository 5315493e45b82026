import { randomBytes } from 'node:crypto';

/** Bytes of a cluster id: it is a UUID. */
const CLUSTER_ID_BYTES = 16;

/** A new id of a cluster, as Kafka writes one: base64url of a UUID. */
export function newClusterId(bytes: Uint8Array = randomBytes(CLUSTER_ID_BYTES)): string {
  const own = Buffer.from(bytes);
  // It begins with a letter: with a hyphen, as one in 64 would, Kafka's tool takes it for an option.
  own.writeUInt8(own.readUInt8(0) & 0x7f, 0);
  return own.toString('base64url');
}
