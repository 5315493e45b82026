import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { PAGE_SIZE_MAX } from '../../domain/resource-query.js';
import { PopulatedDirectory, TENANT } from '../../testing/populated-directory.js';
import { userResourceType } from '@muster/scim';
import { userSource } from './resource-source.js';
import { pageStatement } from './resource-statements.js';

jest.setTimeout(120_000);

describe('a full page of users who are all in groups', () => {
  let world: PopulatedDirectory;

  beforeAll(async () => {
    world = await PopulatedDirectory.open();
  });

  afterAll(async () => {
    await world?.close();
  });

  it('finds their groups without comparing each of them with everybody’s', async () => {
    const { text, values } = pageStatement(userSource, {
      tenantId: TENANT,
      place: 'users',
      resourceType: userResourceType,
      filter: null,
      sort: null,
      beyondSeq: null,
      backwards: false,
      offset: 0,
      limit: PAGE_SIZE_MAX,
      withReferences: true,
      withManagerNames: false,
      withTotal: true,
    });
    const page = await world.database.queryTenant<{ refs: string | null }>(TENANT, 'page', text, values, {
      prepare: false,
    });
    expect(page.rows).toHaveLength(PAGE_SIZE_MAX);
    expect(page.rows.filter(({ refs }) => refs?.includes('"direct"') === true)).toHaveLength(PAGE_SIZE_MAX);
    const { rows } = await world.database.queryTenant<{ 'QUERY PLAN': string }>(
      TENANT,
      'explain',
      `explain (analyze, timing off) ${text}`,
      values,
      { prepare: false },
    );
    const plan = rows.map((row) => row['QUERY PLAN']).join('\n');
    const comparedInVain = [...plan.matchAll(/Rows Removed by Join Filter: (\d+)/g)];
    expect(comparedInVain.reduce((sum, [, count]) => sum + Number(count), 0)).toBeLessThan(PAGE_SIZE_MAX);
  });
});
