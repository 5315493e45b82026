const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const DAY_MS = 24 * HOUR_MS;

/** Names are versioned by their major: a breaking change of a message is a new topic beside the old one. */
export const COMMANDS_TOPIC = 'scim.commands.v1';
export const REPLIES_TOPIC = 'scim.replies.v1';
export const USER_EVENTS_TOPIC = 'directory.user.events.v1';
export const USER_STATE_TOPIC = 'directory.user.state.v1';
export const GROUP_EVENTS_TOPIC = 'directory.group.events.v1';
export const GROUP_STATE_TOPIC = 'directory.group.state.v1';
export const RESOURCE_EVENTS_TOPIC = 'directory.resource.events.v1';
export const RESOURCE_STATE_TOPIC = 'directory.resource.state.v1';
export const FAILURES_TOPIC = 'provisioning.failures.v1';
/** Nobody reads it: whoever needs the broker's time appends an empty record and looks at its receipt. */
export const CLOCK_TOPIC = 'muster.clock.v1';

export const REPLY_PARTITIONS = 32;
/** Bytes of one record of `scim.commands.v1`: a group body of 16 MiB and room for its envelope. */
export const COMMAND_BYTES_MAX = 20 * 1024 * 1024;
/** Bytes of a resource's document as JSON, without the members of a group. */
export const DOCUMENT_BYTES_MAX = 1024 * 1024;
/** Bytes of one fact: a document now and before, with room for its envelope and for 500 members. */
export const FACT_BYTES_MAX = 4 * 1024 * 1024;

export interface TopicContract {
  readonly topic: string;
  readonly partitions: number;
  readonly config: Readonly<Record<string, string>>;
}

const brokerTime = { 'message.timestamp.type': 'LogAppendTime', 'compression.type': 'producer' };

const factSize = { 'max.message.bytes': String(FACT_BYTES_MAX) };

function retained(
  topic: string,
  partitions: number,
  retentionMs: number,
  config: Record<string, string> = {},
): TopicContract {
  return {
    topic,
    partitions,
    config: { ...brokerTime, 'cleanup.policy': 'delete', 'retention.ms': String(retentionMs), ...config },
  };
}

function compacted(topic: string, partitions: number): TopicContract {
  return {
    topic,
    partitions,
    config: {
      ...brokerTime,
      'cleanup.policy': 'compact',
      'min.cleanable.dirty.ratio': '0.2',
      'delete.retention.ms': String(2 * DAY_MS),
      'max.message.bytes': String(FACT_BYTES_MAX),
    },
  };
}

/** The name of the dead-letter topic that belongs to `topic`. */
export function deadLetterTopic(topic: string): string {
  return `${topic}.dlq`;
}

/**
 * Every topic of the platform with the configuration it needs. Commands hold personal data and are transport, not truth:
 * they go after an hour. Replies matter for seconds only.
 */
export const topicContracts: readonly TopicContract[] = [
  retained(COMMANDS_TOPIC, 12, HOUR_MS, {
    'segment.ms': String(10 * MINUTE_MS),
    'max.message.bytes': String(COMMAND_BYTES_MAX),
  }),
  retained(REPLIES_TOPIC, REPLY_PARTITIONS, 10 * MINUTE_MS, {
    'segment.ms': String(10 * MINUTE_MS),
    'max.message.bytes': String(COMMAND_BYTES_MAX),
  }),
  retained(USER_EVENTS_TOPIC, 12, 30 * DAY_MS, factSize),
  retained(GROUP_EVENTS_TOPIC, 12, 30 * DAY_MS, factSize),
  retained(RESOURCE_EVENTS_TOPIC, 12, 30 * DAY_MS, factSize),
  compacted(USER_STATE_TOPIC, 12),
  compacted(GROUP_STATE_TOPIC, 12),
  compacted(RESOURCE_STATE_TOPIC, 12),
  retained(FAILURES_TOPIC, 6, 30 * DAY_MS),
  retained(CLOCK_TOPIC, 1, 10 * MINUTE_MS, { 'segment.ms': String(10 * MINUTE_MS) }),
  retained(deadLetterTopic(COMMANDS_TOPIC), 1, DAY_MS, { 'max.message.bytes': String(COMMAND_BYTES_MAX) }),
  retained(deadLetterTopic(FAILURES_TOPIC), 1, 7 * DAY_MS),
  retained(deadLetterTopic(USER_EVENTS_TOPIC), 1, 7 * DAY_MS, factSize),
  retained(deadLetterTopic(GROUP_EVENTS_TOPIC), 1, 7 * DAY_MS, factSize),
  retained(deadLetterTopic(RESOURCE_EVENTS_TOPIC), 1, 7 * DAY_MS, factSize),
];
