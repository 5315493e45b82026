import { describe, expect, it } from '@jest/globals';
import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { repositoryRoot } from '../repository.js';
import { headingSlugs, localLinks } from './markdown.js';
import { filesBelow } from './source-files.js';

const read = (path: string) => readFileSync(join(repositoryRoot, path), 'utf8');
const records = readdirSync(join(repositoryRoot, 'docs/adr')).filter((name) => /^\d{4}-/.test(name));

interface Manifest {
  readonly name: string;
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly devDependencies?: Readonly<Record<string, string>>;
}

function directDependencies(): string[] {
  const manifests = ['package.json', ...filesBelow('', ['package.json'])];
  const names = [...new Set(manifests)].flatMap((path) => {
    const { dependencies, devDependencies } = JSON.parse(read(path)) as Manifest;
    return Object.keys({ ...dependencies, ...devDependencies });
  });
  return [...new Set(names)].filter((name) => !name.startsWith('@muster/')).sort();
}

/** Names in the first column of the table; `scope/*` stands for all of a scope. */
function explained(): string[] {
  const rows = read('docs/adr/0014-dependencies.md').match(/^\| `.*$/gm) ?? [];
  return rows.flatMap((row) =>
    [...(row.split('|')[1] ?? '').matchAll(/`([^`]+)`/g)].map(([, name]) => name ?? ''),
  );
}

const covers = (entry: string, name: string) =>
  entry.endsWith('/*') ? name.startsWith(entry.slice(0, -1)) : entry === name;

describe('decisions', () => {
  it.each(records.map((name) => [name]))('%s says context, options, decision and consequences', (name) => {
    const text = read(`docs/adr/${name}`);
    expect(headingSlugs(text)).toEqual(
      expect.arrayContaining(['context', 'options', 'decision', 'consequences']),
    );
    expect(text.split('\n').length).toBeLessThan(90);
  });

  it('are all listed, in order', () => {
    expect(localLinks(read('docs/adr/README.md'))).toEqual(records);
  });
});

describe('the table of dependencies', () => {
  it('has a line for every direct dependency', () => {
    const entries = explained();
    expect(directDependencies().filter((name) => !entries.some((entry) => covers(entry, name)))).toEqual([]);
  });

  it('has no line for what is not used', () => {
    const names = directDependencies();
    expect(explained().filter((entry) => !names.some((name) => covers(entry, name)))).toEqual([]);
  });
});

describe('the glossary', () => {
  it('is in alphabetical order, each word once', () => {
    const words = [...read('docs/glossary.md').matchAll(/^\| \*\*(.+?)\*\*/gm)].map(([, word]) => word ?? '');
    expect(words.length).toBeGreaterThan(30);
    expect(words).toEqual([...new Set(words)].sort());
  });
});
