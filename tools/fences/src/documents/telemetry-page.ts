import {
  attributeKeys,
  labelNamesOf,
  metricDefinitions,
  metricPrefix,
  spanNames,
  type MetricName,
} from '@muster/telemetry';
import { table, type GeneratedBlock } from './generated-block.js';
import { roomsThatMention } from './source-files.js';

const PAGE = 'docs/reference/telemetry.md';

export const metricNames = Object.keys(metricDefinitions) as readonly MetricName[];

/** Every declared metric, and the rooms that record it. */
export function metricsBlock(): GeneratedBlock {
  return {
    page: PAGE,
    name: 'metrics',
    lines: table(
      ['metric', 'type', 'labels', 'what', 'recorded in'],
      metricNames.map((name) => [
        `\`${metricPrefix}${name}\``,
        metricDefinitions[name].type,
        labelNamesOf(name)
          .map((label) => `\`${label}\``)
          .join(', '),
        metricDefinitions[name].help,
        roomsThatMention(`'${name}'`).join(', '),
      ]),
    ),
  };
}

function shownSpanName(name: string | ((...parts: string[]) => string)): string {
  if (typeof name === 'string') return name;
  return name.length === 2 ? name('{method}', '{route}') : name('{name}');
}

export const spanKeys = Object.keys(spanNames) as readonly (keyof typeof spanNames)[];

/** Every declared span name, and the rooms that start it. */
export function spansBlock(): GeneratedBlock {
  return {
    page: PAGE,
    name: 'spans',
    lines: table(
      ['span', 'started in'],
      spanKeys.map((key) => [
        `\`${shownSpanName(spanNames[key])}\``,
        roomsThatMention(`spanNames.${key}`).join(', '),
      ]),
    ),
  };
}

/** Every declared attribute key. */
export const attributesBlock: GeneratedBlock = {
  page: PAGE,
  name: 'attributes',
  lines: Object.values(attributeKeys).map((key) => `- \`${key}\``),
};
