import { describe, expect, it } from '@jest/globals';
import { parseUuid, type TenantId } from '@muster/contracts';
import { decide, type Decision, type GroupedFailure } from './decide.js';
import type { Incident, IncidentPolicy } from './incident.js';

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const policy: IncidentPolicy = { groupWaitMs: 2 * MINUTE_MS, quietPeriodMs: 24 * HOUR_MS };
const start = Date.parse('2026-03-02T08:00:00Z');
const at = (offsetMs: number): Date => new Date(start + offsetMs);

const failure: GroupedFailure = {
  tenantId: parseUuid<TenantId>('0199c1d2-0000-7000-8000-000000000001')!,
  cause: 'domain_not_registered',
  groupingKey: 'fabrikam.example',
  occurredAt: '2026-03-02T07:59:58.000Z',
};

function step(incident: Incident | null, offsetMs: number): Decision {
  return decide(incident, failure, { now: at(offsetMs), newIncidentId: 'incident-1' }, policy);
}

/** The mail has been written: the worker closed it. */
function written(incident: Incident): Incident {
  return { ...incident, mail: { ...incident.mail, gathering: false } };
}

const opened = step(null, 0).incident;

describe('decide', () => {
  it('opens an incident and owes one mail after the group wait', () => {
    expect(step(null, 0)).toEqual({
      incident: {
        incidentId: 'incident-1',
        tenantId: failure.tenantId,
        cause: 'domain_not_registered',
        groupingKey: 'fabrikam.example',
        openedAt: new Date(failure.occurredAt),
        lastFailureAt: at(0),
        failureCount: 1,
        mail: { sequence: 1, gathering: true, quietUntil: at(2 * MINUTE_MS + 24 * HOUR_MS), failureCount: 1 },
      },
      mail: {
        tenantId: failure.tenantId,
        incidentId: 'incident-1',
        sequence: 1,
        kind: 'opened',
        dueAt: at(2 * MINUTE_MS),
      },
    });
  });

  it.each([
    ['joins the mail that still gathers', opened, 1_000, undefined],
    ['joins it however late that mail is', opened, 30 * HOUR_MS, undefined],
    [
      'waits for the end of the quiet period once it was mailed',
      written(opened),
      HOUR_MS,
      { sequence: 2, kind: 'continued', dueAt: at(2 * MINUTE_MS + 24 * HOUR_MS) },
    ],
    [
      'is told soon when the quiet period is over and the trouble is not',
      { ...written(opened), lastFailureAt: at(20 * HOUR_MS) },
      25 * HOUR_MS,
      { sequence: 2, kind: 'continued', dueAt: at(25 * HOUR_MS + 2 * MINUTE_MS) },
    ],
    [
      'is new trouble after a quiet period without any failure',
      written(opened),
      24 * HOUR_MS,
      { sequence: 2, kind: 'opened', dueAt: at(24 * HOUR_MS + 2 * MINUTE_MS) },
    ],
  ])('a later failure %s', (_, incident, offsetMs, expected) => {
    const { mail } = step(incident, offsetMs);
    if (expected === undefined) expect(mail).toBeUndefined();
    else expect(mail).toMatchObject(expected);
  });

  it('counts from one again when an incident begins anew, and keeps its id and its sequence', () => {
    const twice = written(step(opened, 1_000).incident);
    expect(twice.failureCount).toBe(2);
    const anew = step(twice, 48 * HOUR_MS).incident;
    expect(anew).toMatchObject({
      incidentId: 'incident-1',
      failureCount: 1,
      mail: { sequence: 2, gathering: true, failureCount: 1 },
    });
  });

  it('makes one mail of a burst of 5,000', () => {
    let incident: Incident | null = null;
    let mails = 0;
    for (let index = 0; index < 5_000; index += 1) {
      const decision: Decision = step(incident, index);
      incident = decision.incident;
      if (decision.mail !== undefined) mails += 1;
    }
    expect(mails).toBe(1);
    expect(incident).toMatchObject({ failureCount: 5_000, mail: { failureCount: 5_000 } });
  });

  it('never leaves a failure without a mail to come, and never mails twice in a quiet period', () => {
    let incident: Incident | null = null;
    const dueAtMs: number[] = [];
    // A failure every 40 minutes for three days, each mail written the moment it is due.
    for (let offsetMs = 0; offsetMs < 72 * HOUR_MS; offsetMs += 40 * MINUTE_MS) {
      const lastDueMs = dueAtMs.at(-1);
      if (incident !== null && lastDueMs !== undefined && lastDueMs <= start + offsetMs)
        incident = written(incident);
      const decision: Decision = step(incident, offsetMs);
      incident = decision.incident;
      expect(incident.mail.gathering).toBe(true);
      if (decision.mail !== undefined) dueAtMs.push(decision.mail.dueAt.getTime());
    }
    expect(dueAtMs).toHaveLength(4);
    for (let index = 1; index < dueAtMs.length; index += 1) {
      expect(dueAtMs[index]! - dueAtMs[index - 1]!).toBeGreaterThanOrEqual(policy.quietPeriodMs);
    }
  });
});
