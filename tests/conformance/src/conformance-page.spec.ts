import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { entraCases, oktaCases, otherClientCases, ownSchemaCases, rfcCases } from './index.js';
import { ROOT } from './programs/cache.js';

interface Row {
  readonly section: string;
  readonly requirement: string;
  readonly state: string;
  readonly grounds: string;
}

const page = readFileSync(join(ROOT, 'docs/reference/scim-conformance.md'), 'utf8');
const caseNames = new Set(
  [...entraCases, ...oktaCases, ...otherClientCases, ...rfcCases, ...ownSchemaCases].map(({ name }) => name),
);

/** Rows of the tables with a state. */
const rows = page.split('\n').flatMap((line): Row[] => {
  const [, section, requirement, state, grounds, end] = line.split(/(?<!\\)\|/).map((cell) => cell.trim());
  if (section === undefined || requirement === undefined || state === undefined) return [];
  if (grounds === undefined || end === undefined || state === 'state' || state === '---') return [];
  return [{ section, requirement, state, grounds }];
});

/** `file` "name of a test" */
function citationsOf({ grounds }: Row): { file: string; name: string }[] {
  return [...grounds.matchAll(/`([^`]+\.ts)` "([^"]+)"/g)].map(([, file = '', name = '']) => ({
    file,
    name,
  }));
}

/** What is wrong with a citation; null when the test is there. */
function missing({ file, name }: { file: string; name: string }): string | null {
  const path = join(ROOT, file);
  if (!existsSync(path)) return `${file} is not there`;
  const isRow = file.startsWith('tests/conformance/');
  if (isRow) return caseNames.has(name) ? null : `no case is called "${name}"`;
  return readFileSync(path, 'utf8').includes(name) ? null : `${file} has no test "${name}"`;
}

const named = rows.map((row) => [`${row.section}: ${row.requirement}`, row] as const);

describe('the page on conformance', () => {
  it('has rows', () => {
    expect(rows.length).toBeGreaterThan(70);
  });

  it.each(named)('%s is done, done in part or not done', (_, { state }) => {
    expect(['yes', 'partly', 'no']).toContain(state);
  });

  it.each(named)('%s: every test it names is there', (_, row) => {
    expect(
      citationsOf(row)
        .map(missing)
        .filter((each) => each !== null),
    ).toEqual([]);
  });

  it.each(named.filter(([, { state }]) => state === 'yes'))('%s is proved by a test', (_, row) => {
    expect(citationsOf(row)).not.toEqual([]);
  });

  it.each(named.filter(([, { state }]) => state !== 'yes'))(
    '%s says why it is not done by the letter',
    (_, row) => {
      const reason = row.grounds.replaceAll(/`[^`]+\.ts` "[^"]+"[;.]?/g, '').trim();
      expect(reason.length).toBeGreaterThan(15);
    },
  );
});

describe('the cases', () => {
  it.each([
    ['entra', entraCases],
    ['okta and others', [...oktaCases, ...otherClientCases]],
    ['rfc', rfcCases],
    ['own schemas', ownSchemaCases],
  ])('of %s have a name each', (_, cases) => {
    const names = cases.map(({ name }) => name);
    expect(names.filter((name, position) => names.indexOf(name) !== position)).toEqual([]);
  });
});
