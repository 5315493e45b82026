/** FNV-1a of a record key as a signed 32-bit integer: which shard of the outbox a row belongs to. Same key, same shard. */
export function keyHash(key: string): number {
  let hash = 0x811c9dc5;
  for (let index = 0; index < key.length; index += 1) {
    hash ^= key.charCodeAt(index);
    hash = Math.imul(hash, 0x01000193);
  }
  return hash | 0;
}
