import { describe, expect, it } from '@jest/globals';
import { decodeCommand, encodeCommand } from './commands/command-message.js';
import type { EncodedRecord } from './cloud-events/record.js';
import { decodeFact, factRecords } from './facts/fact-message.js';
import { decodeFailure, failureRecord } from './failures/failure-message.js';
import { decodeReply, encodeReply } from './outcomes/outcome-message.js';
import { validateFactRecord, validateFailureRecord } from './schemas/record-validation.js';
import { factTypes } from './facts/facts.js';
import { commandTypes } from './testing/arbitrary-messages.js';
import { readSamples, sampledTopics, type SampleRecord } from './testing/read-samples.js';
import {
  CLOCK_TOPIC,
  COMMANDS_TOPIC,
  FAILURES_TOPIC,
  GROUP_EVENTS_TOPIC,
  GROUP_STATE_TOPIC,
  REPLIES_TOPIC,
  RESOURCE_EVENTS_TOPIC,
  RESOURCE_STATE_TOPIC,
  USER_EVENTS_TOPIC,
  USER_STATE_TOPIC,
  topicContracts,
} from './topics/topics.js';

/**
 * Additive only: a sample, once here, is a record that lies in somebody's topic. When one of these tests fails, the change
 * breaks readers; it needs a new major (a topic and type of its own), not another sample.
 */

const decoders: Readonly<Record<string, (record: EncodedRecord) => unknown>> = {
  [COMMANDS_TOPIC]: decodeCommand,
  [REPLIES_TOPIC]: decodeReply,
  [USER_EVENTS_TOPIC]: decodeFact,
  [GROUP_EVENTS_TOPIC]: decodeFact,
  [RESOURCE_EVENTS_TOPIC]: decodeFact,
  [FAILURES_TOPIC]: decodeFailure,
};
const factTopics = [
  USER_EVENTS_TOPIC,
  GROUP_EVENTS_TOPIC,
  RESOURCE_EVENTS_TOPIC,
  USER_STATE_TOPIC,
  GROUP_STATE_TOPIC,
  RESOURCE_STATE_TOPIC,
];
const named = (topic: string) => readSamples(topic).map((sample) => [sample.name, sample] as const);
const bodyOf = (record: EncodedRecord) =>
  record.value === null ? null : (JSON.parse(record.value.toString('utf8')) as unknown);
const timeOf = (sample: SampleRecord) => sample.headers.ce_time ?? '';

/** The same record as a later minor version would write it: more headers, more members at every level. */
function withMore(sample: SampleRecord): EncodedRecord {
  const grow = (value: unknown): unknown => {
    if (Array.isArray(value)) return (value as unknown[]).map(grow);
    if (typeof value !== 'object' || value === null) return value;
    const grown = Object.entries(value as Record<string, unknown>).map(([name, each]) => [
      name,
      documents.has(name) ? each : grow(each),
    ]);
    return { ...Object.fromEntries(grown), addedLater: { by: ['a', 'newer', 'version'] } };
  };
  // Inside a SCIM document a name is an attribute: there it is data, not form.
  const documents = new Set(['document', 'resource', 'previous', 'patch']);
  return {
    headers: { ...sample.headers, ce_addedlater: 'x', tracestate: 'vendor=1' },
    value: Buffer.from(JSON.stringify(grow(bodyOf(sample)))),
  };
}

describe('golden samples', () => {
  it('exist for every topic that somebody reads, dead letters apart', () => {
    const topics = topicContracts
      .map((each) => each.topic)
      .filter((topic) => !topic.endsWith('.dlq') && topic !== CLOCK_TOPIC);
    expect(sampledTopics()).toEqual([...topics].sort());
  });

  it('exist for every type of fact, command and outcome', () => {
    const types = new Set(
      sampledTopics().flatMap((topic) => readSamples(topic).map((each) => each.headers.ce_type)),
    );
    expect([...types].sort()).toEqual(
      [
        ...factTypes,
        ...commandTypes,
        'bulk.requested',
        'scim.command.decided',
        'provisioning.failed.v1',
      ].sort(),
    );
    const statuses = new Set(readSamples(REPLIES_TOPIC).map((each) => decodeReply(each).outcome.status));
    expect([...statuses].sort()).toEqual(['applied', 'cancelled', 'expired', 'rejected']);
  });

  describe.each(Object.entries(decoders))('of %s', (topic, decode) => {
    it.each(named(topic))('%s can be read', (_, sample) => {
      expect(decode(sample)).toBeDefined();
    });

    it.each(named(topic))('%s reads the same when a later version adds to it', (_, sample) => {
      expect(decode(withMore(sample))).toEqual(decode(sample));
    });
  });

  describe.each(factTopics.map((topic) => [topic] as const))('of %s', (topic) => {
    it.each(named(topic))('%s fits the JSON Schema, also with additions', (_, sample) => {
      expect(validateFactRecord(sample)).toEqual([]);
      if (sample.value !== null)
        expect(validateFactRecord({ topic, value: withMore(sample).value })).toEqual([]);
    });
  });

  it.each(named(FAILURES_TOPIC))('of failures: %s fits the JSON Schema, also with additions', (_, sample) => {
    expect(validateFailureRecord(sample)).toEqual([]);
    expect(validateFailureRecord({ topic: FAILURES_TOPIC, value: withMore(sample).value })).toEqual([]);
  });
});

describe('this version writes what the samples show', () => {
  const written = (record: { key?: string; headers: Record<string, string>; value: Buffer | null }) => ({
    key: record.key ?? null,
    headers: record.headers,
    body: bodyOf(record),
  });
  const shown = (sample: SampleRecord) => ({
    key: sample.key,
    headers: sample.headers,
    body: bodyOf(sample),
  });

  it.each(named(COMMANDS_TOPIC))('command %s', (_, sample) => {
    expect(written(encodeCommand(decodeCommand(sample), timeOf(sample)))).toEqual(shown(sample));
  });

  it.each(named(REPLIES_TOPIC))('reply %s', (_, sample) => {
    expect(written(encodeReply(decodeReply(sample), timeOf(sample)))).toEqual(shown(sample));
  });

  it.each(named(FAILURES_TOPIC))('failure %s', (_, sample) => {
    expect(written(failureRecord(decodeFailure(sample)))).toEqual(shown(sample));
  });

  it.each([
    [USER_EVENTS_TOPIC, USER_STATE_TOPIC],
    [GROUP_EVENTS_TOPIC, GROUP_STATE_TOPIC],
    [RESOURCE_EVENTS_TOPIC, RESOURCE_STATE_TOPIC],
  ])('facts of %s and their states in %s', (events, states) => {
    const statesByName = new Map(readSamples(states).map((each) => [each.name, each]));
    for (const sample of readSamples(events)) {
      const { traceparent, ...fact } = decodeFact(sample);
      const [event, state] = factRecords(fact, traceparent ?? null);
      expect(written(event!)).toEqual(shown(sample));
      const shownState = statesByName.get(sample.name);
      expect(state === undefined).toBe(shownState === undefined);
      if (state !== undefined && shownState !== undefined) expect(written(state)).toEqual(shown(shownState));
    }
  });
});
