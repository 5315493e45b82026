import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { repositoryRoot } from '../repository.js';
import { cruiseTree, ruleNames, type Violation } from './cruise-tree.js';
import { plantTree, type PlantedTree } from './planted-tree.js';
import { plantedViolations, soundFiles } from './planted-violations.js';

const FOLDERS = ['apps', 'libs', 'tools', 'tests', 'bench'];
/** What the planted files import from outside. */
const PACKAGES = ['pino', 'kafkajs', 'pg', 'typeorm', '@nestjs/common', 'fastify'];
const CRUISE_MS_MAX = 60_000;

describe('the repository', () => {
  it(
    'keeps to its rooms and layers',
    async () => {
      const { modules, violations } = await cruiseTree(repositoryRoot, FOLDERS);
      expect(violations).toEqual([]);
      expect(modules).toBeGreaterThan(100);
    },
    CRUISE_MS_MAX,
  );
});

describe('the fences', () => {
  let tree: PlantedTree;
  let found: readonly Violation[];

  beforeAll(async () => {
    const sound = Object.fromEntries(soundFiles.map((path) => [path, []]));
    const planted = Object.assign({}, ...plantedViolations.map((each) => each.files)) as Record<
      string,
      string[]
    >;
    tree = plantTree({ ...sound, ...planted }, PACKAGES);
    found = (await cruiseTree(tree.root, FOLDERS)).violations;
  }, CRUISE_MS_MAX);

  afterAll(() => tree.remove());

  it.each(ruleNames().map((rule) => [rule]))('have a planted violation of %s', (rule) => {
    expect(plantedViolations.filter((each) => each.rule === rule)).not.toEqual([]);
  });

  it.each(plantedViolations.map((each) => [each.rule, each.from, each] as const))(
    '%s bites %s',
    (_, __, planted) => {
      const bites = found.filter(({ from }) => Object.hasOwn(planted.files, from));
      const rules = [...new Set(bites.map((bite) => bite.rule))].sort();
      expect(rules).toEqual([planted.rule, ...(planted.also ?? [])].sort());
    },
  );

  it('let everything else pass', () => {
    const planted = new Set(plantedViolations.flatMap((each) => Object.keys(each.files)));
    expect(found.filter(({ from }) => !planted.has(from))).toEqual([]);
  });
});
