import { parseArgs } from 'node:util';
import { SUITES, type SuiteName } from './suites.js';
import { type Tenant } from './service/scim-service.js';

export interface ConformanceOptions {
  readonly suites: readonly SuiteName[];
  /** A service that runs already. */
  readonly tenant: Tenant | undefined;
  /** A suite that cannot be run is a failure. */
  readonly isEverythingRequired: boolean;
}

/** @throws with what is wrong, in words for whoever typed it */
export function parseOptions(args: readonly string[], env: NodeJS.ProcessEnv): ConformanceOptions {
  const { values, positionals } = parseArgs({
    args: [...args],
    allowPositionals: true,
    options: { url: { type: 'string' }, token: { type: 'string' } },
  });
  const suites = positionals.map((name) => {
    const suite = SUITES.find((each) => each === name);
    if (suite === undefined) throw new Error(`there is no suite "${name}"; there are ${SUITES.join(', ')}`);
    return suite;
  });
  const { url, token } = values;
  if ((url === undefined) !== (token === undefined)) throw new Error('--url and --token belong together');
  return {
    suites: suites.length === 0 ? SUITES : suites,
    tenant: url === undefined || token === undefined ? undefined : { url: url.replace(/\/+$/, ''), token },
    isEverythingRequired: env['REQUIRE_ALL'] === '1',
  };
}
