import { AssignerProtocol, type PartitionAssigner } from 'kafkajs';

const VERSION = 1;
const NO_USER_DATA = Buffer.alloc(0);

/**
 * Gives every member of the group one and the same partition: kafkajs cannot assign partitions by hand. The group is one
 * process's own, so it has one member, and no other process can start a rebalance in it.
 */
export function ownPartitionAssigner(partition: number): PartitionAssigner {
  const name = 'OwnPartition';
  const { MemberAssignment, MemberMetadata } = AssignerProtocol;
  return () => ({
    name,
    version: VERSION,
    assign: async ({ members, topics }) =>
      members.map(({ memberId }) => ({
        memberId,
        memberAssignment: MemberAssignment.encode({
          version: VERSION,
          assignment: Object.fromEntries(topics.map((topic) => [topic, [partition]])),
          userData: NO_USER_DATA,
        }),
      })),
    protocol: ({ topics }) => ({
      name,
      metadata: MemberMetadata.encode({ version: VERSION, topics, userData: NO_USER_DATA }),
    }),
  });
}
