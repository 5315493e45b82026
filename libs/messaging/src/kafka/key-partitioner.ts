import { type ICustomPartitioner } from 'kafkajs';
import { partitionOfKey } from '../partitioning/murmur2.js';

/** The partition a record names, else the one of its key, else one after the other. Same result as the Java client's for keys. */
export const keyPartitioner: ICustomPartitioner = () => {
  let turn = 0;
  return ({ partitionMetadata, message }) => {
    if (message.partition !== undefined) return message.partition;
    const { key } = message;
    if (key === null || key === undefined) {
      turn = (turn + 1) % partitionMetadata.length;
      return partitionMetadata[turn]?.partitionId ?? 0;
    }
    return partitionOfKey(key.toString(), partitionMetadata.length);
  };
};
