import { type IHeaders, type KafkaMessage, type Message, type TopicMessages } from 'kafkajs';
import { type OutgoingRecord, type ReceivedRecord } from '../ports/event-log.js';

function messageOf(record: OutgoingRecord): Message {
  const message: Message = { key: record.key, value: record.value, headers: record.headers };
  if (record.partition !== undefined) message.partition = record.partition;
  return message;
}

/** Groups records by topic, as one produce request wants them. The order within a topic is kept. */
export function topicMessagesOf(records: readonly OutgoingRecord[]): TopicMessages[] {
  const byTopic = new Map<string, Message[]>();
  for (const record of records) {
    const messages = byTopic.get(record.topic);
    if (messages) messages.push(messageOf(record));
    else byTopic.set(record.topic, [messageOf(record)]);
  }
  return [...byTopic].map(([topic, messages]) => ({ topic, messages }));
}

/** Null-prototype: header names come from whoever wrote the record. */
function headersOf(headers: IHeaders | undefined): Record<string, string> {
  const result = Object.create(null) as Record<string, string>;
  for (const [name, value] of Object.entries(headers ?? {})) {
    const last = Array.isArray(value) ? value.at(-1) : value;
    if (last !== undefined) result[name] = last.toString();
  }
  return result;
}

export function receivedRecordOf(topic: string, partition: number, message: KafkaMessage): ReceivedRecord {
  return {
    topic,
    partition,
    offset: BigInt(message.offset),
    key: message.key === null ? null : message.key.toString('utf8'),
    value: message.value,
    headers: headersOf(message.headers),
    timestampMs: Number(message.timestamp),
  };
}
