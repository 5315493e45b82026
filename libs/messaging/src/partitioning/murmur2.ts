const SEED = 0x9747b28c;
const M = 0x5bd1e995;

function mix(word: number): number {
  const multiplied = Math.imul(word, M);
  return Math.imul(multiplied ^ (multiplied >>> 24), M);
}

/** Murmur2 as Kafka's own clients compute it over a key: a signed 32-bit integer. */
export function murmur2(data: Uint8Array): number {
  const tailStart = data.length & ~3;
  const view = new DataView(data.buffer, data.byteOffset, data.byteLength);
  let hash = SEED ^ data.length;
  for (let at = 0; at < tailStart; at += 4) {
    hash = Math.imul(hash, M) ^ mix(view.getInt32(at, true));
  }
  const tailLength = data.length - tailStart;
  if (tailLength > 0) {
    for (let index = tailLength - 1; index >= 0; index -= 1) {
      hash ^= view.getUint8(tailStart + index) << (8 * index);
    }
    hash = Math.imul(hash, M);
  }
  hash = Math.imul(hash ^ (hash >>> 13), M);
  return hash ^ (hash >>> 15);
}

/**
 * The partition a key belongs to: the same as with every Kafka client that uses the default (Java) partitioner, so that
 * producers in other languages meet ours in one partition. Throws when there is no partition to choose from.
 */
export function partitionOfKey(key: string, partitions: number): number {
  if (!Number.isInteger(partitions) || partitions < 1) {
    throw new RangeError(`a topic has at least one partition, not ${String(partitions)}`);
  }
  return (murmur2(Buffer.from(key, 'utf8')) & 0x7fffffff) % partitions;
}
