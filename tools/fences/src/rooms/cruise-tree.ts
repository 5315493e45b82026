import { execFile } from 'node:child_process';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { repositoryRoot } from '../repository.js';

/** One import that a rule forbids. Paths are relative to the root of the tree. */
export interface Violation {
  readonly rule: string;
  readonly from: string;
  readonly to: string;
}

interface CruiseResult {
  readonly summary: {
    readonly totalCruised: number;
    readonly violations: readonly {
      readonly from: string;
      readonly to: string;
      readonly rule: { readonly name: string };
    }[];
  };
}

interface CruisedTree {
  readonly modules: number;
  readonly violations: readonly Violation[];
}

const RULES = join(repositoryRoot, '.dependency-cruiser.cjs');
const CRUISE = join(repositoryRoot, 'node_modules/dependency-cruiser/bin/dependency-cruiser.mjs');
const OUTPUT_BYTES_MAX = 64 * 1024 * 1024;

/** Names of the rules of the repository. */
export function ruleNames(): readonly string[] {
  const rules = createRequire(import.meta.url)(RULES) as { forbidden: readonly { name: string }[] };
  return rules.forbidden.map((rule) => rule.name);
}

/** Holds the rules of the repository against the tree at `root`. Rejects when the tree cannot be read at all. */
export async function cruiseTree(root: string, folders: readonly string[]): Promise<CruisedTree> {
  const output = await new Promise<string>((resolve, reject) => {
    execFile(
      process.execPath,
      [CRUISE, '--config', RULES, '--output-type', 'json', ...folders],
      { cwd: root, maxBuffer: OUTPUT_BYTES_MAX, env: { ...process.env, NODE_OPTIONS: '' } },
      // A tree with violations is an answer, not a failure, although the exit code counts them.
      (error, stdout, stderr) => {
        if (stdout.startsWith('{')) resolve(stdout);
        else reject(new Error(`dependency-cruiser gave no result: ${stderr}`, { cause: error }));
      },
    );
  });
  const { summary } = JSON.parse(output) as CruiseResult;
  return {
    modules: summary.totalCruised,
    violations: summary.violations.map(({ rule, from, to }) => ({ rule: rule.name, from, to })),
  };
}
