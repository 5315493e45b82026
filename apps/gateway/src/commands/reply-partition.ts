import { createHash } from 'node:crypto';
import { REPLY_PARTITIONS } from '@muster/contracts';

/**
 * The partition of the reply topic that an instance reads. Two instances on one partition cost each other some reading and
 * nothing else: replies name their instance.
 */
export function replyPartitionOf(instanceId: string): number {
  return createHash('sha256').update(instanceId).digest().readUInt32BE(0) % REPLY_PARTITIONS;
}
