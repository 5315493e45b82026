import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { EXIT_CODES } from '../exit-codes.js';
import { ADMIN_TOKEN } from '../testing/acme.js';
import { MusterctlWorld } from '../testing/musterctl-world.js';

let world: MusterctlWorld;

beforeEach(async () => {
  world = await MusterctlWorld.open();
});

afterEach(() => world.close());

describe('musterctl with the stack of the checkout', () => {
  it('finds the stack from a folder below the checkout, and prefers MUSTER_HOME', async () => {
    world.writeStackFile();
    const elsewhere = world.writeStackFile('elsewhere', 'stopped');
    expect((await world.run('tenant list')).exitCode).toBe(EXIT_CODES.done);
    const other = await world.run('tenant list', { MUSTER_HOME: elsewhere });
    expect(other.exitCode).toBe(EXIT_CODES.unreachable);
    expect(other.talk).toContain('is not running (stopped)');
  });
});

describe('musterctl without a stack of its own', () => {
  it('says how to get one', async () => {
    const { exitCode, talk } = await world.run('tenant list');
    expect(exitCode).toBe(EXIT_CODES.unreachable);
    expect(talk).toContain('npm start');
  });

  it('takes address and credential from the environment, or from the command line', async () => {
    const env = { MUSTER_ADMIN_URL: world.api.url, MUSTER_ADMIN_TOKEN: ADMIN_TOKEN };
    expect((await world.run('tenant list', env)).exitCode).toBe(EXIT_CODES.done);
    const tokenFile = world.write('token', `${ADMIN_TOKEN}\n`);
    expect(
      (await world.run(`tenant list --url ${world.api.url}/ --admin-token-file ${tokenFile}`)).exitCode,
    ).toBe(EXIT_CODES.done);
  });

  it('never sends the token of the local stack to another address', async () => {
    world.writeStackFile();
    const { exitCode, talk } = await world.run(`tenant list --url ${world.api.url}`);
    expect(exitCode).toBe(EXIT_CODES.usage);
    expect(talk).toContain('--url needs an admin token');
    expect(world.api.calls).toEqual([]);
  });

  it('tells a wrong credential from a server that is down', async () => {
    const refused = await world.run(`tenant list --url ${world.api.url}`, { MUSTER_ADMIN_TOKEN: 'wrong' });
    expect(refused.exitCode).toBe(EXIT_CODES.unauthorized);
    const down = await world.run('tenant list --url http://127.0.0.1:1', { MUSTER_ADMIN_TOKEN: ADMIN_TOKEN });
    expect(down.exitCode).toBe(EXIT_CODES.unreachable);
    expect(down.talk).toContain('does not answer (ECONNREFUSED)');
  });
});
