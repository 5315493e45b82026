import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { undoLastMigration } from '@muster/persistence';
import { createTestDatabase, type TestDatabase } from '@muster/persistence/testing';
import { Client } from 'pg';
import { CoverOwnResources1795420000000 } from './cover-own-resources.js';
import { notifierSchema } from './notifier-schema.js';

const index = notifierSchema.migrations.indexOf(CoverOwnResources1795420000000);
const migrations = notifierSchema.migrations.slice(0, index + 1);
const owner = `owner_${randomBytes(6).toString('hex')}`;

describe('the migration for failures of resources of own types', () => {
  let database: TestDatabase;
  let superuser: Client;

  beforeAll(async () => {
    database = await createTestDatabase({ migrations: [{ ...notifierSchema, migrations }] });
    superuser = new Client({ connectionString: database.url });
    await superuser.connect();
  });

  afterAll(async () => {
    await superuser?.query(`drop owned by ${owner} cascade; drop role ${owner}`);
    await superuser?.end();
    await database?.drop();
  });

  it('is taken back by an owner whom row-level security binds, as in production', async () => {
    const url = new URL(database.url);
    await superuser.query(`
      create role ${owner} login password '${owner}';
      grant create on database ${url.pathname.slice(1)} to ${owner};
      alter schema notifier owner to ${owner}`);
    await superuser.query(`do $$ declare each record; begin
      for each in select relname from pg_class where relnamespace = 'notifier'::regnamespace and relkind = 'r' loop
        execute format('alter table notifier.%I owner to ${owner}', each.relname);
      end loop; end $$`);
    await superuser.query(`
      insert into notifier.incident_subjects (tenant_id, incident_id, sequence, kind, subject_key, name, detail, request_id, occurred_at)
      select gen_random_uuid(), gen_random_uuid(), 1, kind, 'k', 'n', 'd', 'r', now() from unnest('{user,group,resource}'::text[]) as kind`);
    url.username = owner;
    url.password = owner;
    await undoLastMigration({ ...notifierSchema, migrations, url: url.toString() });
    const { rows } = await superuser.query<{ kind: string }>(
      'select kind from notifier.incident_subjects order by 1',
    );
    expect(rows.map(({ kind }) => kind)).toEqual(['group', 'user']);
    const { rows: forced } = await superuser.query<{ forced: boolean }>(
      `select relforcerowsecurity as forced from pg_class where oid = 'notifier.incident_subjects'::regclass`,
    );
    expect(forced).toEqual([{ forced: true }]);
  });
});
