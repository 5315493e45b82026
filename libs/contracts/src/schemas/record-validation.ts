import { readFileSync } from 'node:fs';
import { Ajv, type ErrorObject, type ValidateFunction } from 'ajv';
import formats from 'ajv-formats';
import type { KeyedRecord } from '../cloud-events/record.js';
import {
  FAILURES_TOPIC,
  GROUP_EVENTS_TOPIC,
  GROUP_STATE_TOPIC,
  RESOURCE_EVENTS_TOPIC,
  RESOURCE_STATE_TOPIC,
  USER_EVENTS_TOPIC,
  USER_STATE_TOPIC,
} from '../topics/topics.js';

/** The JSON Schema file of each topic that others may read, in `schemas/` of this package. */
export const schemaFiles = {
  [USER_EVENTS_TOPIC]: 'user-fact.json',
  [USER_STATE_TOPIC]: 'user-state.json',
  [GROUP_EVENTS_TOPIC]: 'group-fact.json',
  [GROUP_STATE_TOPIC]: 'group-state.json',
  [RESOURCE_EVENTS_TOPIC]: 'resource-fact.json',
  [RESOURCE_STATE_TOPIC]: 'resource-state.json',
  [FAILURES_TOPIC]: 'provisioning-failure.json',
} as const;

type PublishedTopic = keyof typeof schemaFiles;

const COMPACTED: ReadonlySet<string> = new Set([USER_STATE_TOPIC, GROUP_STATE_TOPIC, RESOURCE_STATE_TOPIC]);
const PROBLEMS_MAX = 10;

function compile(): ReadonlyMap<string, ValidateFunction> {
  const ajv = new Ajv({ strict: true, allErrors: true });
  formats.default(ajv, ['date-time']);
  const topics = Object.keys(schemaFiles) as PublishedTopic[];
  return new Map(
    topics.map((topic) => {
      // Two levels up from here in `src` and in `dist` alike.
      const file = new URL(`../../schemas/${schemaFiles[topic]}`, import.meta.url);
      return [topic, ajv.compile(JSON.parse(readFileSync(file, 'utf8')) as object)];
    }),
  );
}

let compiled: ReadonlyMap<string, ValidateFunction> | undefined;

function problemOf(error: ErrorObject): string {
  // Place and rule only: a value could be personal data, and problems are logged.
  return `${error.instancePath === '' ? '/' : error.instancePath} ${error.message ?? error.keyword}`;
}

function problemsOf(
  record: Pick<KeyedRecord, 'topic' | 'value'>,
  topics: readonly string[],
): readonly string[] {
  compiled ??= compile();
  const validate = topics.includes(record.topic) ? compiled.get(record.topic) : undefined;
  if (validate === undefined) return [`${record.topic} is not one of ${topics.join(', ')}`];
  if (record.value === null)
    return COMPACTED.has(record.topic) ? [] : ['a tombstone in a topic that is not compacted'];
  let body: unknown;
  try {
    body = JSON.parse(record.value.toString('utf8'));
  } catch {
    return ['the value is not JSON'];
  }
  if (validate(body)) return [];
  return (validate.errors ?? []).slice(0, PROBLEMS_MAX).map(problemOf);
}

const FACT_TOPICS = [
  USER_EVENTS_TOPIC,
  USER_STATE_TOPIC,
  GROUP_EVENTS_TOPIC,
  GROUP_STATE_TOPIC,
  RESOURCE_EVENTS_TOPIC,
  RESOURCE_STATE_TOPIC,
] as const;

/**
 * What is wrong with a record made of a fact, by the JSON Schema of its topic; empty when nothing is. A problem is a bug of
 * ours. It does not throw, because the fact happened: the caller counts and logs the problems and publishes all the same.
 */
export function validateFactRecord(record: Pick<KeyedRecord, 'topic' | 'value'>): readonly string[] {
  return problemsOf(record, FACT_TOPICS);
}

/** As `validateFactRecord`, for a record of `provisioning.failures.v1`. */
export function validateFailureRecord(record: Pick<KeyedRecord, 'topic' | 'value'>): readonly string[] {
  return problemsOf(record, [FAILURES_TOPIC]);
}
