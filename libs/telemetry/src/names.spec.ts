import { describe, expect, it } from '@jest/globals';
import {
  attributeKeys,
  labelNamesOf,
  metricDefinitions,
  spanNames,
  type MetricDefinition,
  type MetricName,
} from './names.js';

const definitions = Object.entries(metricDefinitions) as [MetricName, MetricDefinition][];

describe('metric names', () => {
  it.each(definitions)('%s is well formed and says its unit', (name, definition) => {
    expect(name).toMatch(/^[a-z][a-z0-9_]*[a-z0-9]$/);
    expect(name).not.toMatch(/^muster_/);
    expect(name.endsWith('_total')).toBe(definition.type === 'counter');
    if (definition.type === 'histogram') {
      expect(name).toMatch(/_(seconds|size)$/);
      expect([...definition.buckets]).toEqual([...new Set(definition.buckets)].sort((a, b) => a - b));
    }
    expect(definition.help).toMatch(/^[A-Z0-9].*[^.]$/);
  });

  it.each(definitions)('%s has labels of few values', (name) => {
    const labels = labelNamesOf(name);
    expect(new Set(labels).size).toBe(labels.length);
    // One series per tenant, user or request would grow without bound, and would name them.
    for (const label of labels)
      expect(label).not.toMatch(/tenant_id|user|mail$|token|request_id|command_id|path|url/);
  });

  it('keep the latency objectives as bucket bounds', () => {
    expect(metricDefinitions.scim_request_seconds.buckets).toEqual(expect.arrayContaining([0.3, 1, 8]));
  });
});

describe('attribute keys', () => {
  const keys = Object.values(attributeKeys);

  it('are unique, and name ids and codes only', () => {
    expect(new Set(keys).size).toBe(keys.length);
    for (const key of keys) {
      expect(key).toMatch(/^[a-z]+(\.[a-z_]+)+$/);
      expect(key).not.toMatch(/user_name|email|mail_address|token|password|body|query\.text/);
    }
  });
});

describe('span names', () => {
  it('follow the messaging conventions for topics', () => {
    expect(spanNames.send('scim.commands.v1')).toBe('send scim.commands.v1');
    expect(spanNames.process('scim.commands.v1')).toBe('process scim.commands.v1');
  });
});
