import {
  attributeKeys,
  labelNamesOf,
  metricDefinitions,
  metricPrefix,
  spanNames,
  type MetricName,
} from '@muster/telemetry';
import { table, type GeneratedBlock } from './generated-block.js';

const PAGE = 'docs/reference/telemetry.md';

export const metricNames = Object.keys(metricDefinitions) as readonly MetricName[];

/** Every declared metric. */
export const metricsBlock: GeneratedBlock = {
  page: PAGE,
  name: 'metrics',
  lines: table(
    ['metric', 'type', 'labels', 'what'],
    metricNames.map((name) => [
      `\`${metricPrefix}${name}\``,
      metricDefinitions[name].type,
      labelNamesOf(name)
        .map((label) => `\`${label}\``)
        .join(', '),
      metricDefinitions[name].help,
    ]),
  ),
};

function shownSpanName(name: string | ((...parts: string[]) => string)): string {
  if (typeof name === 'string') return name;
  return name.length === 2 ? name('{method}', '{route}') : name('{name}');
}

export const spanKeys = Object.keys(spanNames) as readonly (keyof typeof spanNames)[];

/** Every declared span name. */
export const spansBlock: GeneratedBlock = {
  page: PAGE,
  name: 'spans',
  lines: spanKeys.map((key) => `- \`${shownSpanName(spanNames[key])}\``),
};

/** Every declared attribute key. */
export const attributesBlock: GeneratedBlock = {
  page: PAGE,
  name: 'attributes',
  lines: Object.values(attributeKeys).map((key) => `- \`${key}\``),
};
