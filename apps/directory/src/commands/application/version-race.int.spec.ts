import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Command, Outcome } from '@muster/contracts';
import { wherePostgres } from '@muster/persistence/testing';
import { CommandMaker, CommandWorld, queued } from '../testing/command-world.js';
import type { Applier } from './applier.js';

const CROWD = 50;

wherePostgres(describe)('If-Match in a race', () => {
  let world: CommandWorld;
  beforeAll(async () => {
    world = await CommandWorld.open();
  });
  afterAll(() => world.close());

  /** Each command in a batch of its own, as far as the applier lets it. */
  const submit = (applier: Applier, command: Command): Promise<Outcome> => {
    const message = queued(command);
    applier.accept([message]);
    return message.outcome;
  };

  it('lets one of a crowd through that saw the same version, over two directories', async () => {
    const tenant = await world.tenant();
    const make = new CommandMaker(tenant);
    const appliers = [world.applier(), world.applier()];
    const user = make.createUser('rita@example.com');
    await submit(appliers[0] as Applier, user);
    for (let version = 1; version <= 4; version += 1) {
      const outcomes = await Promise.all(
        Array.from({ length: CROWD }, (_, n) => {
          const change = { op: 'replace', path: 'title', value: `Title ${version}-${n}` };
          const ifMatch = { kind: 'oneOf' as const, versions: [version] };
          const command = { ...make.patchUser(user.resourceId, change), ifMatch } as Command;
          return submit(appliers[n % 2] as Applier, command);
        }),
      );
      const causes = outcomes.map((outcome) =>
        outcome.status === 'rejected' ? outcome.cause : outcome.status,
      );
      expect(causes.filter((cause) => cause === 'applied')).toHaveLength(1);
      expect(causes.filter((cause) => cause === 'version_conflict')).toHaveLength(CROWD - 1);
      expect(
        await world.rows<{ version: number }>('select version from directory.users where id = $1', [
          user.resourceId,
        ]),
      ).toEqual([{ version: version + 1 }]);
    }
  });
});
