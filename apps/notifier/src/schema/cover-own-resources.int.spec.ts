import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { undoLastMigration } from '@muster/persistence';
import { createOwnedTestDatabase, type OwnedTestDatabase } from '@muster/persistence/testing';
import { CoverOwnResources1795420000000 } from './cover-own-resources.js';
import { notifierSchema } from './notifier-schema.js';

const index = notifierSchema.migrations.indexOf(CoverOwnResources1795420000000);
const after = { ...notifierSchema, migrations: notifierSchema.migrations.slice(0, index + 1) };

describe('the migration for failures of resources of own types', () => {
  let database: OwnedTestDatabase;

  beforeAll(async () => {
    database = await createOwnedTestDatabase(after);
  });

  afterAll(() => database?.drop());

  it('is taken back by an owner whom row-level security binds, as in production', async () => {
    const { superuser, ownerUrl } = database;
    await superuser.query(
      'add subjects',
      `insert into notifier.incident_subjects (tenant_id, incident_id, sequence, kind, subject_key, name, detail, request_id, occurred_at)
       select gen_random_uuid(), gen_random_uuid(), 1, kind, 'k', 'n', 'd', 'r', now() from unnest('{user,group,resource}'::text[]) as kind`,
    );
    await undoLastMigration({ ...after, url: ownerUrl });
    const { rows } = await superuser.query<{ kind: string }>(
      'subjects',
      'select kind from notifier.incident_subjects order by 1',
    );
    expect(rows.map(({ kind }) => kind)).toEqual(['group', 'user']);
    const { rows: forced } = await superuser.query<{ forced: boolean }>(
      'isolation',
      `select relforcerowsecurity as forced from pg_class where oid = 'notifier.incident_subjects'::regclass`,
    );
    expect(forced).toEqual([{ forced: true }]);
  });
});
