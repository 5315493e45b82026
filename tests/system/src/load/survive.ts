import { until } from '@muster/messaging/testing';
import { checkFailures, checkHistory } from '../history/check-history.js';
import { type SeededRandom } from '../world/seeded-random.js';
import { type SystemWorld, type TestTenant } from '../world/system-world.js';
import { waitForRest } from '../world/wait-for-rest.js';
import { startClientLoad, type ClientLoad } from './client-load.js';

export interface Trial {
  readonly name: string;
  readonly world: SystemWorld;
  readonly random: SeededRandom;
  /** Clients at once. */
  readonly clients: number;
  /** Operations that are to be acknowledged before the fault, and again after it. */
  readonly enough: number;
}

/**
 * Load, the fault in its middle, load again until it flows; then nothing may be lost, doubled or left over. Resolves with the
 * tenant of the load. @throws with the broken promises and what the clients were told
 */
export async function survive(
  trial: Trial,
  fault: (load: ClientLoad, random: SeededRandom) => Promise<void>,
): Promise<TestTenant> {
  const { name, world, clients, enough } = trial;
  const random = trial.random.fork(name);
  const tenant = await world.newTenant();
  const load = await startClientLoad({ client: tenant.client, random: random.fork('load'), clients });
  await until('the load flows', () => load.acknowledged() > enough);
  const startedAt = performance.now();
  await fault(load, random.fork('fault'));
  const before = load.acknowledged();
  await until('the load flows again', () => load.acknowledged() > before + enough);
  const flowsAt = performance.now();
  await load.stop();
  const state = await waitForRest(world, tenant);
  const counts = { ...load.history.summary(), troubles: load.troubles(), refusals: load.refusals() };
  const times = {
    flowsAfterMs: Math.round(flowsAt - startedAt),
    restAfterMs: Math.round(performance.now() - flowsAt),
  };
  process.stderr.write(`${name}: ${JSON.stringify({ ...counts, ...times })}\n`);
  const problems = [
    ...checkHistory(load.history.operations, state),
    ...checkFailures(state, load.troubles() + load.refusals()),
  ];
  if (problems.length === 0) return tenant;
  const lines = problems.slice(0, 20).map((problem) => JSON.stringify(problem));
  const histories = problems.slice(0, 3).map(({ key }) => `\nabout ${key}\n${load.history.toNdjson(key)}`);
  throw new Error(`${problems.length} broken promises\n${[...lines, ...histories].join('\n')}`);
}
