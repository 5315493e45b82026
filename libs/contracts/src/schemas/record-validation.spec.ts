import { describe, expect, it } from '@jest/globals';
import {
  FAILURES_TOPIC,
  GROUP_EVENTS_TOPIC,
  RESOURCE_EVENTS_TOPIC,
  USER_EVENTS_TOPIC,
  USER_STATE_TOPIC,
  COMMANDS_TOPIC,
} from '../topics/topics.js';
import { readSamples } from '../testing/read-samples.js';
import { validateFactRecord, validateFailureRecord } from './record-validation.js';

const sampleOf = (topic: string, name: string) => {
  const found = readSamples(topic).find((each) => each.name === name);
  if (found === undefined) throw new Error(`no sample ${name} of ${topic}`);
  return found;
};

function changed(topic: string, name: string, change: Readonly<Record<string, unknown>>) {
  const body = JSON.parse(sampleOf(topic, name).value!.toString('utf8')) as Record<string, unknown>;
  return { topic, value: Buffer.from(JSON.stringify({ ...body, ...change })) };
}

describe('validateFactRecord', () => {
  it('has nothing to say of a sound fact', () => {
    expect(validateFactRecord(sampleOf(USER_EVENTS_TOPIC, 'created'))).toEqual([]);
  });

  it.each([
    ['a field is missing', { tenant: undefined }, "/ must have required property 'tenant'"],
    ['the tenant is no UUID', { tenant: 'acme' }, '/tenant must match pattern'],
    ['the version is text', { version: '1' }, '/version must be integer'],
    ['the version is 0', { version: 0 }, '/version must be >= 1'],
    [
      'the operation is unknown',
      { cause: { operation: 'merge' } },
      '/cause/operation must be equal to one of',
    ],
    ['a resource has no userName', { resource: {} }, "/resource must have required property 'userName'"],
    ['a resource shows a password', { resource: { userName: 'a', password: 'b' } }, '/resource/password'],
  ])('names the place where %s', (_, change, problem) => {
    const problems = validateFactRecord(changed(USER_EVENTS_TOPIC, 'created', change));
    expect(problems).toContainEqual(expect.stringContaining(problem));
  });

  it.each([
    ['its type is missing', { resourceType: undefined }, "/ must have required property 'resourceType'"],
    ['its type has no name', { resourceType: '' }, '/resourceType must NOT have fewer than 1'],
  ])('names the place where of a resource of the tenant’s own %s', (_, change, problem) => {
    const problems = validateFactRecord(changed(RESOURCE_EVENTS_TOPIC, 'created', change));
    expect(problems).toContainEqual(expect.stringContaining(problem));
  });

  it('bounds the members of one record', () => {
    const added = Array.from({ length: 501 }, () => '0199c3a1-2b00-7000-8000-0000000000b1');
    const problems = validateFactRecord(
      changed(GROUP_EVENTS_TOPIC, 'created', { members: { added, removed: [] } }),
    );
    expect(problems).toEqual(['/members/added must NOT have more than 500 items']);
  });

  it('refuses members in a group document', () => {
    const problems = validateFactRecord(
      changed(GROUP_EVENTS_TOPIC, 'created', { resource: { displayName: 'x', members: [] } }),
    );
    expect(problems).toContainEqual(expect.stringContaining('/resource/members'));
  });

  it('never repeats a value, which may be personal data', () => {
    const value = Buffer.from('{"tenant":"canary-name","version":"canary-name","cause":"canary-name"}');
    const problems = validateFactRecord({ topic: USER_EVENTS_TOPIC, value });
    expect(problems.length).toBeGreaterThan(3);
    expect(problems.length).toBeLessThanOrEqual(10);
    expect(problems.join()).not.toContain('canary');
  });

  it.each([
    ['text that is no JSON', USER_EVENTS_TOPIC, '{', 'the value is not JSON'],
    ['a topic that it does not know', COMMANDS_TOPIC, '{}', 'scim.commands.v1 is not one of'],
    ['a failure', FAILURES_TOPIC, '{}', 'provisioning.failures.v1 is not one of'],
  ])('answers rather than throws for %s', (_, topic, text, problem) => {
    expect(validateFactRecord({ topic, value: Buffer.from(text) })).toEqual([
      expect.stringContaining(problem),
    ]);
  });

  it('lets a tombstone into a compacted topic only', () => {
    expect(validateFactRecord({ topic: USER_STATE_TOPIC, value: null })).toEqual([]);
    expect(validateFactRecord({ topic: USER_EVENTS_TOPIC, value: null })).toEqual([
      'a tombstone in a topic that is not compacted',
    ]);
  });
});

describe('validateFailureRecord', () => {
  it('has nothing to say of a sound failure', () => {
    expect(validateFailureRecord(sampleOf(FAILURES_TOPIC, 'refused-at-the-door'))).toEqual([]);
  });

  it('takes a cause that the catalogue does not have yet', () => {
    expect(
      validateFailureRecord(changed(FAILURES_TOPIC, 'refused-at-the-door', { cause: 'quota_reached' })),
    ).toEqual([]);
  });

  it.each([
    ['a status that is no failure', { status: 200 }, '/status must be >= 400'],
    ['a time that is none', { occurredAt: 'yesterday' }, '/occurredAt must match format'],
    ['another source', { source: 'notifier' }, '/source must be equal to one of'],
  ])('names %s', (_, change, problem) => {
    const problems = validateFailureRecord(changed(FAILURES_TOPIC, 'refused-at-the-door', change));
    expect(problems).toEqual([expect.stringContaining(problem)]);
  });
});
