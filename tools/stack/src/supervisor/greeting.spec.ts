import { describe, expect, it } from '@jest/globals';
import { farewell, greeting } from './greeting.js';
import { type StackState } from './stack-state.js';

const STATE: StackState = {
  state: 'ready',
  mode: 'kafka',
  startedAt: '2026-01-31T12:00:00.000Z',
  tenantId: 'tenant-1',
  scimUrl: 'http://127.0.0.1:8080/scim/v2',
  token: 'mst_secret',
  adminUrl: 'http://127.0.0.1:8081',
  adminToken: 'admin-secret',
  internalToken: 'internal-secret',
  notifierUrl: 'http://127.0.0.1:8082',
  kafkaBrokers: '127.0.0.1:9092',
  mailUrl: 'http://127.0.0.1:8025',
  smtpUrl: 'smtp://127.0.0.1:1025',
  metrics: {
    gateway: 'http://127.0.0.1:9101/metrics',
    directory: 'http://127.0.0.1:9102/metrics',
    notifier: 'http://127.0.0.1:9103/metrics',
  },
  pids: {},
  ports: {
    scim: 8080,
    directory: 8081,
    notifier: 8082,
    gatewayMetrics: 9101,
    directoryMetrics: 9102,
    notifierMetrics: 9103,
    postgres: 5432,
    kafka: 9092,
    kafkaController: 9093,
    smtp: 1025,
    mailPage: 8025,
  },
};

describe('greeting', () => {
  it('shows the token once, in a call that can be copied', () => {
    const first = greeting({ state: STATE, home: '/home', isFirstStart: true, startedInMs: 8_345 });
    expect(first).toContain('ready (8.3 s)');
    expect(first).toContain("-H 'Authorization: Bearer mst_secret'");
    const later = greeting({ state: STATE, home: '/home', isFirstStart: false, startedInMs: 8_345 });
    expect(later).not.toContain('mst_secret');
    expect(later).toContain('npx musterctl token create demo');
  });

  it('names every place a person may want to look at, and no secret of the services', () => {
    const text = greeting({ state: STATE, home: '/home', isFirstStart: true, startedInMs: 1 });
    for (const place of [STATE.scimUrl, STATE.mailUrl, STATE.kafkaBrokers, ...Object.values(STATE.metrics)]) {
      expect(text).toContain(place ?? 'missing');
    }
    expect(text).not.toMatch(/admin-secret|internal-secret/);
  });

  it('says why there is no Kafka', () => {
    const state: StackState = {
      ...STATE,
      mode: 'single-process',
      kafkaBrokers: null,
      reason: 'no java on the PATH',
    };
    expect(greeting({ state, home: '/home', isFirstStart: false, startedInMs: 1 })).toContain(
      'none (no java on the PATH)',
    );
  });
});

describe('farewell', () => {
  it('says that everything is stopped, and where the data is', () => {
    expect(farewell({ reason: undefined, home: '/home/me/.muster', stoppedInMs: 2_345 })).toBe(
      'Muster has stopped (2.3 s). The data stays in /home/me/.muster.',
    );
  });

  it('repeats why, for whoever sees only the last line', () => {
    expect(farewell({ reason: 'kafka ended', home: '/home/me/.muster', stoppedInMs: 2_345 })).toBe(
      'Muster has stopped after a failure (2.3 s): kafka ended',
    );
  });
});
