import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { EXIT_CODES } from '../exit-codes.js';
import { ADMIN_TOKEN } from '../testing/acme.js';
import { AdminApiDouble, type AdminReply } from '../testing/admin-api-double.js';
import { runCommandLine, type CommandLineResult } from '../testing/run-command-line.js';

const USER_ID = '0192f1c2-0000-7000-8000-00000000000a';

const applied = {
  commandId: '0192f1c2-0000-7000-8000-000000000003',
  receivedAt: '2026-01-31T12:00:00.123Z',
  decidedAt: '2026-01-31T12:00:00.130Z',
  operation: 'patch',
  resource: { type: 'User', id: USER_ID },
  outcome: 'applied',
  version: 2,
  changed: true,
  failure: null,
  warnings: [
    { kind: 'secretDropped', path: 'password', text: '"password" was accepted and not kept.' },
    { kind: 'unknownAttribute', path: 'shoeSize', text: '"shoeSize" was ignored.' },
  ],
  undelivered: false,
  requestId: 'r-3',
  tokenId: 'token-1',
};
const rejected = {
  ...applied,
  commandId: '0192f1c2-0000-7000-8000-000000000002',
  operation: 'create',
  outcome: 'rejected',
  version: null,
  changed: null,
  failure: { cause: 'duplicate_username', status: 409, detail: 'Taken.', remedy: 'Rename one.' },
  warnings: [],
};
const bulk = {
  ...applied,
  commandId: '0192f1c2-0000-7000-8000-000000000001',
  operation: 'bulk',
  resource: null,
  changed: false,
  warnings: [],
  undelivered: true,
};

const refusedByGateway = {
  ...rejected,
  commandId: '0192f1c2-0000-7000-8000-000000000004',
  resource: { type: 'Group', id: null },
  failure: { cause: 'invalid_syntax', status: 400, detail: 'No JSON.', remedy: 'Call.' },
  tokenId: null,
};

interface Page {
  readonly entries: readonly object[];
  readonly next: string | null;
}

let api: AdminApiDouble;
let pages: readonly Page[];

/** The admin API with one tenant, whose activity comes in these pages. */
const replyWithPages: AdminReply = ({ path }) => {
  const page = path.startsWith('/admin/tenants/acme/activity?') ? pages[api.calls.length - 1] : undefined;
  return page === undefined ? [404, { detail: 'There is no such tenant.' }] : [200, page];
};

beforeEach(async () => {
  pages = [{ entries: [applied, rejected, bulk], next: null }];
  api = await AdminApiDouble.start(replyWithPages);
});

afterEach(() => api.close());

const run = (commandLine: string): Promise<CommandLineResult> =>
  runCommandLine(commandLine, { env: { MUSTER_ADMIN_URL: api.url, MUSTER_ADMIN_TOKEN: ADMIN_TOKEN } });

/** What each call asked for. */
const queries = (): string[] => api.calls.map(({ path }) => path.slice(path.indexOf('?') + 1));

describe('musterctl activity', () => {
  it('shows each entry with all there is to say about it', async () => {
    const { exitCode, data, talk } = await run('activity acme');
    expect([exitCode, talk]).toEqual([EXIT_CODES.done, '']);
    expect(data.split('\n').map((line) => line.split(/ {2,}/))).toEqual([
      ['TIME', 'OPERATION', 'RESOURCE', 'OUTCOME', 'DETAIL'],
      [
        '2026-01-31T12:00:00Z',
        'patch',
        `User ${USER_ID}`,
        'applied',
        '"password" was accepted and not kept.',
      ],
      ['', '"shoeSize" was ignored.'],
      ['2026-01-31T12:00:00Z', 'create', `User ${USER_ID}`, 'rejected', '409 duplicate_username: Taken.'],
      ['2026-01-31T12:00:00Z', 'bulk', 'no change', 'The client was gone before its answer.'],
    ]);
    expect(queries()).toEqual(['limit=20']);
  });

  it('gives scripts the entries as they are', async () => {
    const { data } = await run('activity acme -o json');
    expect(JSON.parse(data)).toEqual({ entries: [applied, rejected, bulk], next: null });
  });

  it('shows what the gateway refused, which has neither id nor token', async () => {
    pages = [{ entries: [refusedByGateway], next: null }];
    const { data } = await run('activity acme');
    expect(data.split('\n')[1]?.split(/ {2,}/)).toEqual([
      '2026-01-31T12:00:00Z',
      'create',
      'Group',
      'rejected',
      '400 invalid_syntax: No JSON.',
    ]);
    api.forget();
    expect(JSON.parse((await run('activity acme -o json')).data)).toEqual({
      entries: [refusedByGateway],
      next: null,
    });
  });

  it('asks for what the command line names', async () => {
    await run(`activity acme --limit 5 --failed --warnings --resource ${USER_ID} --before ${bulk.commandId}`);
    const asked = `limit=5&outcome=failed&warnings=true&resource=${USER_ID}&before=${bulk.commandId}`;
    expect(queries()).toEqual([asked]);
  });

  it('goes on where the platform stopped looking, until it has enough, and says how to see more', async () => {
    pages = [
      { entries: [], next: 'a' },
      { entries: [applied], next: 'b' },
      { entries: [rejected], next: 'c' },
    ];
    const { data, talk } = await run('activity acme --limit 2 -o json');
    expect(JSON.parse(data)).toEqual({ entries: [applied, rejected], next: 'c' });
    expect(talk).toBe('For what came before: --before c');
    expect(queries()).toEqual(['limit=2', 'limit=2&before=a', 'limit=1&before=b']);
  });

  it('says that there is nothing', async () => {
    pages = [{ entries: [], next: null }];
    expect((await run('activity acme')).data).toBe('(nothing)');
  });

  it.each([
    ['activity acme --limit 0', EXIT_CODES.usage, 'It is 1 to 500.'],
    ['activity acme --limit many', EXIT_CODES.usage, 'It is 1 to 500.'],
    ['activity', EXIT_CODES.usage, "missing required argument 'tenant'"],
    ['activity nobody', EXIT_CODES.notFound, 'There is no such tenant.'],
  ])('refuses %s', async (line, exitCode, says) => {
    const result = await run(line);
    expect(result).toMatchObject({ exitCode, data: '' });
    expect(result.talk).toContain(says);
  });
});
