import { describe, expect, it } from '@jest/globals';
import type { PoolClient } from 'pg';
import { PipelinedTransaction } from './pipelined-transaction.js';

describe('a transaction that did not begin', () => {
  it('gives no answers, though the server does: they would be those of no tenant', async () => {
    const client = {
      query: (statement: unknown) =>
        typeof statement === 'string'
          ? Promise.reject(new Error('it cannot begin'))
          : Promise.resolve({ rows: [], rowCount: 0 }),
    };
    const transaction = new PipelinedTransaction(client as unknown as PoolClient);
    transaction.begin('begin');
    await expect(transaction.query('read', 'select 1')).rejects.toMatchObject({ statement: 'begin' });
  });
});
