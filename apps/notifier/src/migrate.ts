import { planMigrations, runMigrations } from '@muster/persistence';
import { notifierSchema } from './schema/notifier-schema.js';

/**
 * `node dist/migrate.js`: brings the schema `notifier` of `DATABASE_URL` up to date. May be run again, and by several at once.
 */
const url = process.env['DATABASE_URL'];
if (url === undefined || url === '') throw new Error('DATABASE_URL is not set');
const report = (line: string): void => void process.stdout.write(`${line}\n`);
for (const { name, statements } of await planMigrations(notifierSchema)) {
  report(`known: ${name}, ${statements.length} statements`);
}
await runMigrations({ ...notifierSchema, url, report });
