import { afterAll, beforeAll, expect, it, jest } from '@jest/globals';
import { until } from '@muster/messaging/testing';
import { checkHistory } from './history/check-history.js';
import { startClientLoad, type ClientLoad } from './load/client-load.js';
import { chooseSeed, seededRandom, type SeededRandom } from './world/seeded-random.js';
import { describeSystem, startWorld, type SystemWorld, type TestTenant } from './world/system-world.js';
import { waitForRest } from './world/wait-for-rest.js';

jest.setTimeout(120_000);

const seed = chooseSeed();
const CLIENTS = 8;
/** Operations that are to be acknowledged before a fault, and again after it. */
const ENOUGH = 60;

describeSystem(`acknowledged writes while processes are killed (SEED=${seed})`, () => {
  let world: SystemWorld;

  beforeAll(async () => {
    world = await startWorld();
  });

  afterAll(async () => {
    await world.close();
  });

  /** Load, the fault in its middle, load again until it flows; then nothing may be lost, doubled or left over. */
  async function survive(
    name: string,
    fault: (random: SeededRandom, load: ClientLoad) => Promise<void>,
  ): Promise<TestTenant> {
    const random = seededRandom(seed).fork(name);
    const tenant = await world.newTenant();
    const load = await startClientLoad({
      client: tenant.client,
      random: random.fork('load'),
      clients: CLIENTS,
    });
    await until('the load flows', () => load.acknowledged() > ENOUGH);
    await fault(random.fork('fault'), load);
    const before = load.acknowledged();
    await until('the load flows again', () => load.acknowledged() > before + ENOUGH);
    await load.stop();
    const state = await waitForRest(world, tenant);
    const problems = checkHistory(load.history.operations, state);
    const about = problems.slice(0, 3).map(({ key }) => load.history.toNdjson(key));
    expect({
      seed,
      summary: load.history.summary(),
      problems: problems.slice(0, 10),
      about: problems.length > 0 ? about : [],
    }).toEqual({
      seed,
      summary: load.history.summary(),
      problems: [],
      about: [],
    });
    return tenant;
  }

  it('survives the death of the directory after the commit and before the reply', async () => {
    await survive('after commit', () =>
      world.stack.restart('directory', { FAILPOINTS: 'directory.after-commit=kill*1' }),
    );
  });
});
