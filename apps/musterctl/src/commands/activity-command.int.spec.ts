import { createServer, type Server } from 'node:http';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { EXIT_CODES } from '../exit-codes.js';
import { runMusterctl } from '../run-musterctl.js';

const TOKEN = 'admin-token-of-the-test-0123456789abcdef';
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

let server: Server;
let url: string;
let calls: string[];
let pages: readonly Page[];

/** The admin API with one tenant, whose activity comes in these pages. */
beforeEach(async () => {
  calls = [];
  pages = [{ entries: [applied, rejected, bulk], next: null }];
  server = createServer((request, response) => {
    const path = request.url ?? '';
    const page = path.startsWith('/admin/tenants/acme/activity?') ? pages[calls.length] : undefined;
    calls.push(path.slice(path.indexOf('?') + 1));
    response.writeHead(page === undefined ? 404 : 200, { 'content-type': 'application/json' });
    response.end(JSON.stringify(page ?? { detail: 'There is no such tenant.' }));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  if (typeof address !== 'object' || address === null) throw new Error('no address');
  url = `http://127.0.0.1:${address.port}`;
});

afterEach(async () => {
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
});

async function run(commandLine: string) {
  const data: string[] = [];
  const talk: string[] = [];
  const exitCode = await runMusterctl(commandLine.split(' '), {
    env: { MUSTER_ADMIN_URL: url, MUSTER_ADMIN_TOKEN: TOKEN },
    cwd: '/',
    now: () => new Date('2026-01-31T12:00:00Z'),
    terminal: { data: (text) => data.push(text), talk: (text) => talk.push(text) },
  });
  return { exitCode, data: data.join('\n'), talk: talk.join('\n') };
}

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
    expect(calls).toEqual(['limit=20']);
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
    calls = [];
    expect(JSON.parse((await run('activity acme -o json')).data)).toEqual({
      entries: [refusedByGateway],
      next: null,
    });
  });

  it('asks for what the command line names', async () => {
    await run(`activity acme --limit 5 --failed --warnings --resource ${USER_ID} --before ${bulk.commandId}`);
    const asked = `limit=5&outcome=failed&warnings=true&resource=${USER_ID}&before=${bulk.commandId}`;
    expect(calls).toEqual([asked]);
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
    expect(calls).toEqual(['limit=2', 'limit=2&before=a', 'limit=1&before=b']);
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
