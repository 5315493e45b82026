import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Applied, Command, Outcome } from '@muster/contracts';
import { wherePostgres } from '@muster/persistence/testing';
import fc from 'fast-check';
import { CommandMaker, CommandWorld, queued, type WorldTenant } from '../testing/command-world.js';
import type { Applier } from './applier.js';

/** One step of a script; names stand for resources, so that the same script can be played for two tenants. */
type Step =
  | { readonly do: 'create user' | 'delete user' | 'delete group'; readonly name: string }
  | { readonly do: 'rename user'; readonly name: string; readonly to: string }
  | {
      readonly do: 'create group' | 'replace group';
      readonly name: string;
      readonly members: readonly string[];
    }
  | { readonly do: 'add' | 'remove'; readonly name: string; readonly members: readonly string[] };

const userName = fc.constantFrom('ada', 'bob', 'cleo');
const groupName = fc.constantFrom('red', 'blue');
const anybody = fc.constantFrom('ada', 'bob', 'cleo', 'red', 'blue');
const members = fc.uniqueArray(anybody, { maxLength: 3 });
const step: fc.Arbitrary<Step> = fc.oneof(
  fc.record({ do: fc.constantFrom('create user' as const, 'delete user' as const), name: userName }),
  fc.record({ do: fc.constant('rename user' as const), name: userName, to: userName }),
  fc.record({
    do: fc.constantFrom('create group' as const, 'replace group' as const, 'add' as const, 'remove' as const),
    name: groupName,
    members,
  }),
  fc.record({ do: fc.constant('delete group' as const), name: groupName }),
);
const NOBODY = '01890000-0000-7000-8000-000000000000';

/** The commands of a script: whoever a name was last to be created as is whom it means. */
function commandsOf(steps: readonly Step[], tenant: WorldTenant): Command[] {
  const make = new CommandMaker(tenant);
  const ids = new Map<string, string>();
  const idOf = (name: string): string => ids.get(name) ?? NOBODY;
  const known = (name: string, command: Command): Command => {
    ids.set(name, command.resourceId);
    return command;
  };
  const value = (names: readonly string[]) => names.map((name) => ({ value: idOf(name) }));
  return steps.map((each) => {
    switch (each.do) {
      case 'create user':
        return known(each.name, make.createUser(`${each.name}@example.com`));
      case 'create group':
        return known(each.name, make.createGroup(each.name, each.members.map(idOf)));
      case 'rename user':
        return make.patchUser(idOf(each.name), {
          op: 'replace',
          path: 'userName',
          value: `${each.to}@example.com`,
        });
      case 'delete user':
        return make.deleteUser(idOf(each.name));
      case 'replace group':
        return make.replaceGroup(idOf(each.name), each.name, each.members.map(idOf));
      case 'add':
        return make.patchGroup(idOf(each.name), { op: 'add', path: 'members', value: value(each.members) });
      case 'remove':
        return make.patchGroup(idOf(each.name), {
          op: 'remove',
          path: 'members',
          value: value(each.members),
        });
      case 'delete group':
        return make.deleteGroup(idOf(each.name));
    }
  });
}

wherePostgres(describe)('commands in one job', () => {
  let world: CommandWorld;
  let applier: Applier;
  beforeAll(async () => {
    world = await CommandWorld.open();
    applier = world.applier();
  });
  afterAll(() => world.close());

  async function oneByOne(commands: readonly Command[]): Promise<Outcome[]> {
    const outcomes: Outcome[] = [];
    for (const command of commands) {
      const waiting = queued(command);
      applier.accept([waiting]);
      outcomes.push(await waiting.outcome);
    }
    return outcomes;
  }

  async function together(commands: readonly Command[], tenant: WorldTenant): Promise<Outcome[]> {
    const waiting = queued(new CommandMaker(tenant).bulk(commands));
    applier.accept([waiting]);
    const { results = [] } = (await waiting.outcome) as Applied;
    return results.map(({ outcome }) => outcome);
  }

  const fate = (outcome: Outcome) => (outcome.status === 'rejected' ? outcome.cause : outcome.status);

  /** Everything that is stored for a tenant, with names in place of ids. */
  async function stored(tenant: WorldTenant) {
    const of = (text: string) => world.rows<{ line: string }>(text, [tenant.tenantId]);
    const name = (alias: string) =>
      `coalesce(${alias}.document ->> 'userName', ${alias}.document ->> 'displayName')`;
    const [users, groups, memberships, names, counts, dangling] = await Promise.all([
      of(
        `select ${name('u')} || ' v' || u.version as line from directory.users u where tenant_id = $1 order by 1`,
      ),
      of(
        `select ${name('g')} || ' ' || g.member_count as line from directory.groups g where tenant_id = $1 order by 1`,
      ),
      of(`select ${name('g')} || ' has ' || ${name('r')} as line
          from directory.group_members m join directory.groups g on g.id = m.group_id
          join (select id, document from directory.users union all select id, document from directory.groups) r
            on r.id = m.member_id
          where m.tenant_id = $1 order by 1`),
      of(`select kind || ' ' || value as line from directory.unique_values where tenant_id = $1 order by 1`),
      of(`select kind || ' ' || sum(count) as line from directory.resource_counters where tenant_id = $1
          group by kind having sum(count) <> 0 order by 1`),
      of(`select m.member_id::text as line from directory.group_members m where m.tenant_id = $1
            and not exists (select from directory.users u where u.id = m.member_id)
            and not exists (select from directory.groups g where g.id = m.member_id)`),
    ]);
    expect(dangling).toEqual([]);
    return [users, groups, memberships, names, counts].map((rows) => rows.map(({ line }) => line));
  }

  it('end as they would one by one, and leave the same behind (property)', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 2, maxLength: 14 }), async (steps) => {
        const [apart, joined] = [await world.tenant(), await world.tenant()];
        const expected = await oneByOne(commandsOf(steps, apart));
        const outcomes = await together(commandsOf(steps, joined), joined);
        expect(outcomes.map(fate)).toEqual(expected.map(fate));
        expect(await stored(joined)).toEqual(await stored(apart));
      }),
      { numRuns: 60 },
    );
  }, 60_000);
});
