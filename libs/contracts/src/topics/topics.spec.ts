import { describe, expect, it } from '@jest/globals';
import { COMMAND_EXPIRY_MS } from '../commands/commands.js';
import {
  COMMANDS_TOPIC,
  COMMAND_BYTES_MAX,
  GROUP_STATE_TOPIC,
  REPLIES_TOPIC,
  REPLY_PARTITIONS,
  RESOURCE_STATE_TOPIC,
  USER_STATE_TOPIC,
  deadLetterTopic,
  topicContracts,
} from './topics.js';

const contractOf = (topic: string) => {
  const found = topicContracts.find((each) => each.topic === topic);
  if (found === undefined) throw new Error(`no contract for ${topic}`);
  return found;
};

describe('topicContracts', () => {
  it('names every topic once, with its major', () => {
    const names = topicContracts.map((each) => each.topic);
    expect(new Set(names).size).toBe(names.length);
    for (const name of names) expect(name).toMatch(/^[a-z]+(\.[a-z]+)+\.v\d+(\.dlq)?$/);
  });

  it('keeps the partition counts that keys and reply addresses rest on', () => {
    expect(Object.fromEntries(topicContracts.map((each) => [each.topic, each.partitions]))).toEqual({
      'scim.commands.v1': 12,
      'scim.replies.v1': REPLY_PARTITIONS,
      'directory.user.events.v1': 12,
      'directory.group.events.v1': 12,
      'directory.resource.events.v1': 12,
      'directory.user.state.v1': 12,
      'directory.group.state.v1': 12,
      'directory.resource.state.v1': 12,
      'provisioning.failures.v1': 6,
      'muster.clock.v1': 1,
      'scim.commands.v1.dlq': 1,
      'provisioning.failures.v1.dlq': 1,
      'directory.user.events.v1.dlq': 1,
      'directory.group.events.v1.dlq': 1,
      'directory.resource.events.v1.dlq': 1,
    });
  });

  it.each(topicContracts.map((each) => [each.topic, each] as const))(
    '%s carries the time of the broker and the codec of the producer',
    (_, contract) => {
      expect(contract.config).toMatchObject({
        'message.timestamp.type': 'LogAppendTime',
        'compression.type': 'producer',
      });
    },
  );

  it('compacts the state topics and nothing else', () => {
    const compacted = topicContracts.filter((each) => each.config['cleanup.policy'] === 'compact');
    expect(compacted.map((each) => each.topic)).toEqual([
      USER_STATE_TOPIC,
      GROUP_STATE_TOPIC,
      RESOURCE_STATE_TOPIC,
    ]);
    for (const each of compacted)
      expect(Number(each.config['delete.retention.ms'])).toBeGreaterThanOrEqual(86_400_000);
  });

  it('deletes everything else after a time of its own', () => {
    for (const each of topicContracts) {
      if (each.config['cleanup.policy'] === 'delete')
        expect(Number(each.config['retention.ms'])).toBeGreaterThan(0);
    }
  });

  it('keeps commands, which hold personal data, longer than they can be applied and no longer than an hour', () => {
    const { config } = contractOf(COMMANDS_TOPIC);
    expect(Number(config['retention.ms'])).toBe(3_600_000);
    expect(Number(config['retention.ms'])).toBeGreaterThan(COMMAND_EXPIRY_MS);
    // A segment is deleted as a whole, so its span is what retention can be late by.
    expect(Number(config['segment.ms'])).toBeLessThanOrEqual(600_000);
  });

  it('lets a record through every topic that carries bodies of clients', () => {
    for (const topic of [COMMANDS_TOPIC, REPLIES_TOPIC, deadLetterTopic(COMMANDS_TOPIC)]) {
      expect(contractOf(topic).config['max.message.bytes']).toBe(String(COMMAND_BYTES_MAX));
    }
    expect(COMMAND_BYTES_MAX).toBeGreaterThan(16 * 1024 * 1024);
  });

  it('sets aside what cannot be read, except replies, whose asker has gone by then', () => {
    const names = new Set(topicContracts.map((each) => each.topic));
    expect(names.has(deadLetterTopic(COMMANDS_TOPIC))).toBe(true);
    expect(names.has(deadLetterTopic(REPLIES_TOPIC))).toBe(false);
    for (const name of names) {
      if (name.endsWith('.dlq')) expect(names.has(name.slice(0, -'.dlq'.length))).toBe(true);
    }
  });
});
