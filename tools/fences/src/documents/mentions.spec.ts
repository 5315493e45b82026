import { describe, expect, it } from '@jest/globals';
import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { runMusterctl } from '@muster/musterctl';
import { metricDefinitions, metricPrefix } from '@muster/telemetry';
import { repositoryRoot } from '../repository.js';
import { filesBelow } from './source-files.js';

const pages = filesBelow('', ['.md']).map((path) => ({
  path,
  text: readFileSync(join(repositoryRoot, path), 'utf8'),
}));

/** Roles of the database, which begin as metrics do. */
const ROLES = ['directory', 'relay', 'notifier'];

/** Metric names without the prefix: written out, or as `muster_(one|two)_total` in a search. */
function metricsIn(text: string): string[] {
  const grouped = [...text.matchAll(/muster_\(([a-z_|]+)\)([a-z_]*)/g)].flatMap(([, names = '', tail = '']) =>
    names.split('|').map((name) => name + tail),
  );
  const single = [...text.matchAll(/muster_([a-z][a-z_]*[a-z])/g)].map(([, name]) => name ?? '');
  return [...grouped, ...single]
    .map((name) => name.replace(/_(?:count|sum|bucket)$/, ''))
    .filter((name) => !ROLES.includes(name));
}

function commandsIn(text: string): string[] {
  return [...text.matchAll(/musterctl (activity|(?:tenant|domain|token) [a-z]+)/g)].map(
    ([, command]) => command ?? '',
  );
}

/** Folders of the workspaces: `libs/scim`, `bench`. */
function workspaces(): string[] {
  return filesBelow('', ['package.json'])
    .map((path) => dirname(path))
    .filter((folder) => folder !== '.');
}

describe('the code map', () => {
  it('has every room', () => {
    const map = readFileSync(join(repositoryRoot, 'ARCHITECTURE.md'), 'utf8');
    expect(workspaces().filter((folder) => !map.includes(`| \`${folder}\` |`))).toEqual([]);
  });

  it('is what the compiler builds', () => {
    const { references } = JSON.parse(readFileSync(join(repositoryRoot, 'tsconfig.json'), 'utf8')) as {
      references: readonly { readonly path: string }[];
    };
    expect(references.map(({ path }) => path).sort()).toEqual(workspaces().sort());
  });
});

describe('documents mention only', () => {
  it.each(pages.map(({ path, text }) => [path, text] as const))('metrics that there are: %s', (_, text) => {
    const unknown = metricsIn(text).filter((name) => !Object.hasOwn(metricDefinitions, name));
    expect(unknown.map((name) => metricPrefix + name)).toEqual([]);
  });

  it('npm scripts that there are', () => {
    const { scripts } = JSON.parse(readFileSync(join(repositoryRoot, 'package.json'), 'utf8')) as {
      scripts: Record<string, string>;
    };
    const mentioned = pages.flatMap(({ text }) =>
      [...text.matchAll(/npm run ([a-z]+)/g)].map(([, name]) => name ?? ''),
    );
    expect(mentioned.length).toBeGreaterThan(0);
    expect(mentioned.filter((name) => !Object.hasOwn(scripts, name))).toEqual([]);
  });

  it('commands that musterctl has', async () => {
    const mentioned = [...new Set(pages.flatMap(({ text }) => commandsIn(text)))];
    expect(mentioned).toEqual(expect.arrayContaining(['tenant create', 'domain add', 'token create']));
    const terminal = { data: () => undefined, talk: () => undefined };
    for (const command of mentioned) {
      const words = command.split(' ');
      const help: string[] = [];
      const code = await runMusterctl([...words, '--help'], {
        env: {},
        cwd: repositoryRoot,
        now: () => new Date(0),
        terminal: { ...terminal, data: (text: string) => void help.push(text) },
      });
      // Help for a command that is not there would be that of its group.
      expect([command, code, help.join('\n')]).toEqual([
        command,
        0,
        expect.stringContaining(`musterctl ${command} `),
      ]);
    }
  });
});
