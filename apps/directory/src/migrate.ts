import { planMigrations, runMigrations } from '@muster/persistence';
import { directorySchema } from './schema/directory-schema.js';

/**
 * `node dist/migrate.js`: brings the schema `directory` of `DATABASE_URL` up to date. May be run again, and by several at
 * once: an advisory lock lets one of them work.
 */
const url = process.env['DATABASE_URL'];
if (url === undefined || url === '') throw new Error('DATABASE_URL is not set');
const report = (line: string): void => void process.stdout.write(`${line}\n`);
for (const { name, statements } of await planMigrations(directorySchema)) {
  report(`known: ${name}, ${statements.length} statements`);
}
await runMigrations({ ...directorySchema, url, report });
