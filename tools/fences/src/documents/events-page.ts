import { topicContracts, type TopicContract } from '@muster/contracts';
import { readSamples, sampledTopics, type SampleRecord } from '@muster/contracts/testing';
import { table, type GeneratedBlock } from './generated-block.js';

const PAGE = 'docs/reference/events.md';
const MINUTE_MS = 60_000;

function span(ms: number): string {
  const units = [
    ['d', 24 * 60 * MINUTE_MS],
    ['h', 60 * MINUTE_MS],
    ['min', MINUTE_MS],
  ] as const;
  const [unit, unitMs] = units.find(([, size]) => ms >= size && ms % size === 0) ?? ['ms', 1];
  return `${ms / unitMs} ${unit}`;
}

function keeping(contract: TopicContract): string {
  const retention = contract.config['retention.ms'];
  return retention === undefined ? 'compacted' : `deleted after ${span(Number(retention))}`;
}

const OTHERS = new Set(['cleanup.policy', 'retention.ms', 'message.timestamp.type', 'compression.type']);

function otherConfig(contract: TopicContract): string {
  const others = Object.entries(contract.config).filter(([name]) => !OTHERS.has(name));
  return others.map(([name, value]) => `\`${name}=${value}\``).join(', ');
}

/** Every topic with its partitions and configuration. */
export const topicsBlock: GeneratedBlock = {
  page: PAGE,
  name: 'topics',
  lines: table(
    ['topic', 'partitions', 'records are', 'besides'],
    topicContracts.map((each) => [
      `\`${each.topic}\``,
      String(each.partitions),
      keeping(each),
      otherConfig(each),
    ]),
  ),
};

function sampleLines(sample: SampleRecord): string[] {
  const headers = Object.entries(sample.headers).map(([name, value]) => `${name}: ${value}`);
  const body: unknown = sample.value === null ? null : JSON.parse(sample.value.toString('utf8'));
  return [
    `### \`${sample.headers.ce_type}\` (${sample.name})`,
    '',
    '```',
    `key: ${sample.key ?? '(none: the partition is named)'}`,
    ...headers,
    '```',
    '',
    ...(body === null
      ? ['No value: a tombstone.']
      : ['```json', ...JSON.stringify(body, null, 2).split('\n'), '```']),
    '',
  ];
}

/** The golden samples of one topic. */
function samplesBlock(topic: string): GeneratedBlock {
  const lines = readSamples(topic).flatMap(sampleLines);
  return { page: PAGE, name: `samples of ${topic}`, lines: lines.slice(0, -1) };
}

export const sampleBlocks: readonly GeneratedBlock[] = sampledTopics().map(samplesBlock);
