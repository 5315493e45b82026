import { describe, expect, it } from '@jest/globals';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { causes, schemaFiles } from '@muster/contracts';
import { repositoryRoot } from '../repository.js';
import { warningsBlock } from './activity-page.js';
import { configBlocks, failpointsBlock } from './config-page.js';
import { ASYNCAPI_PAGE, asyncApiDocument } from './asyncapi.js';
import { causesBlock, placeholdersOf } from './errors-page.js';
import { sampleBlocks, topicsBlock } from './events-page.js';
import { shownIn, writeBlock, type GeneratedBlock } from './generated-block.js';
import { headingSlugs } from './markdown.js';
import { schemaLimitsBlock } from './schemas-page.js';
import { adminPathsBlock, quirksBlock, scimLimitsBlock, scimPathsBlock, settingsBlock } from './scim-page.js';
import { roomsThatMention } from './source-files.js';
import { attributesBlock, metricNames, metricsBlock, spanKeys, spansBlock } from './telemetry-page.js';

/** `UPDATE_REFERENCE=1` writes what is made from code instead of comparing it. */
const UPDATING = process.env.UPDATE_REFERENCE === '1';

const blocks: readonly GeneratedBlock[] = [
  causesBlock,
  warningsBlock,
  topicsBlock,
  ...sampleBlocks,
  metricsBlock,
  spansBlock,
  attributesBlock,
  ...configBlocks(),
  failpointsBlock(),
  scimPathsBlock(),
  scimLimitsBlock,
  settingsBlock(),
  quirksBlock(),
  schemaLimitsBlock,
  adminPathsBlock(),
];

const read = (path: string) => readFileSync(join(repositoryRoot, path), 'utf8');

describe('reference pages', () => {
  it.each(blocks.map((block) => [block.page, block.name, block] as const))(
    '%s shows %s as the code has them (UPDATE_REFERENCE=1 writes them)',
    (_, __, block) => {
      if (UPDATING) writeBlock(block);
      expect(shownIn(block)).toEqual(block.lines);
    },
  );
});

describe('the AsyncAPI document', () => {
  it('says what the topics and schemas say (UPDATE_REFERENCE=1 writes it)', () => {
    const { version } = JSON.parse(read('package.json')) as { version: string };
    const text = `${JSON.stringify(asyncApiDocument(version), null, 2)}\n`;
    if (UPDATING) writeFileSync(join(repositoryRoot, ASYNCAPI_PAGE), text);
    expect(read(ASYNCAPI_PAGE)).toBe(text);
  });

  it('points at schemas that are there', () => {
    const references = [...read(ASYNCAPI_PAGE).matchAll(/"\$ref": "(\.\.[^"]+)"/g)].map(
      ([, path]) => path ?? '',
    );
    expect(references).toHaveLength(Object.keys(schemaFiles).length);
    for (const path of references) expect(() => read(join('docs/reference', path))).not.toThrow();
  });
});

describe('the errors page', () => {
  it.each([...causes.values()].map((cause) => [cause.key, cause] as const))(
    'leads from %s to its place in the runbook',
    (key, cause) => {
      expect(headingSlugs(read(`docs/runbook/${cause.runbook}`))).toContain(key);
    },
  );

  it('explains every placeholder, and no other', () => {
    const used = new Set([...causes.values()].flatMap(placeholdersOf));
    const explained = [...read('docs/reference/errors.md').matchAll(/^\| `\{(\w+)\}` \|/gm)].map(
      ([, name]) => name,
    );
    expect(explained).toEqual([...used].sort());
  });
});

describe('declared telemetry', () => {
  it.each(metricNames.map((name) => [name]))('metric %s is recorded somewhere', (name) => {
    expect(roomsThatMention(`'${name}'`)).not.toEqual([]);
  });

  it.each(spanKeys.map((key) => [key]))('span %s is started somewhere', (key) => {
    expect(roomsThatMention(`spanNames.${key}`)).not.toEqual([]);
  });
});
