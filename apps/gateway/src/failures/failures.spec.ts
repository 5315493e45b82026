import { describe, expect, it } from '@jest/globals';
import { decodeFailure, FAILURES_TOPIC } from '@muster/contracts';
import { parseResource, userResourceType } from '@muster/scim';
import { createMetrics } from '@muster/telemetry';
import { Refusal } from '../refusals/refusal.js';
import { RecordingAppender } from '../testing/recording-appender.js';
import { TENANT_A } from '../testing/sample-commands.js';
import { failureOf, isPublishedHere, subjectOf, type WriteAttempt } from './failure-of.js';
import { FailurePublisher } from './failure-publisher.js';

const attempt: WriteAttempt = {
  operation: 'create',
  resourceKind: 'user',
  subject: { userName: 'jo@wrong.test' },
};
const circumstances = {
  failureId: '0192f5c4-0000-7000-8000-0000000000f1',
  tenantId: TENANT_A,
  requestId: 'request-1',
  occurredAt: '2026-01-02T03:04:05.678Z',
  traceparent: undefined,
};
const refusal = new Refusal('domain_not_registered', {
  parameters: new Map([['domain', 'wrong.test']]),
  groupingKey: 'wrong.test',
});
const failure = failureOf(refusal, attempt, circumstances);
const metrics = createMetrics('test', { processMetrics: false });

describe('failureOf', () => {
  it('says who failed and why, grouped by the domain', () => {
    expect(failure).toMatchObject({
      cause: 'domain_not_registered',
      status: 400,
      scimType: 'invalidValue',
      groupingKey: 'wrong.test',
      subject: { userName: 'jo@wrong.test' },
      source: 'gateway',
    });
    expect(failure.detail).toContain('"wrong.test"');
  });

  it('bounds what it repeats of the client', () => {
    const long = failureOf(refusal, { ...attempt, resourceId: 'x'.repeat(500) }, circumstances);
    expect(long.resourceId).toHaveLength(128);
  });

  it('finds the subject of a document', () => {
    const { document } = parseResource(
      userResourceType,
      { userName: 'jo', externalId: '7', displayName: 'Jo', title: 'x' },
      'create',
    );
    expect(subjectOf(document)).toEqual({ userName: 'jo', externalId: '7', displayName: 'Jo' });
  });
});

describe('isPublishedHere', () => {
  it.each([
    [refusal, true],
    [new Refusal('not_applied_in_time'), true],
    [new Refusal('outcome_unknown'), true],
    [new Refusal('duplicate_username', { decidedBy: 'directory' }), false],
    [new Refusal('rate_limited'), false],
    [new Refusal('token_invalid'), false],
  ])('%s: %s', (each, expected) => {
    expect(isPublishedHere(each)).toBe(expected);
  });
});

describe('FailurePublisher', () => {
  it('publishes under the tenant, readable by the notifier', async () => {
    const appender = new RecordingAppender();
    await new FailurePublisher(appender, metrics).publish(failure);
    expect(appender.records[0]).toMatchObject({ topic: FAILURES_TOPIC, key: `${TENANT_A}:request-1` });
    expect(decodeFailure(appender.records[0]!)).toEqual(failure);
  });

  it('publishes a failure that breaks its schema all the same, and counts the bug', async () => {
    const appender = new RecordingAppender();
    const counted = createMetrics('test', { processMetrics: false });
    await new FailurePublisher(appender, counted).publish({ ...failure, detail: '' });
    expect(appender.records).toHaveLength(1);
    expect((await counted.render()).body).toMatch(
      /muster_records_invalid_total\{[^}]*topic="provisioning\.failures\.v1"[^}]*\} 1/,
    );
  });

  it('does not keep the answer waiting when the log does not answer', async () => {
    const appender = new RecordingAppender();
    appender.behaviour = 'hang';
    await expect(new FailurePublisher(appender, metrics, 5).publish(failure)).resolves.toBeUndefined();
  });

  it('counts what it could not publish and never rejects', async () => {
    const appender = new RecordingAppender();
    appender.behaviour = new Error('down');
    await new FailurePublisher(appender, metrics).publish(failure);
    expect((await metrics.render()).body).toMatch(
      /muster_failures_lost_total\{[^}]*cause="domain_not_registered"[^}]*\} 1/,
    );
  });
});
