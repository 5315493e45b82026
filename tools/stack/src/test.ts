import { runTests } from './testing/run-tests.js';

const abort = new AbortController();
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => abort.abort());
if (process.send !== undefined) process.once('disconnect', () => abort.abort());

process.exitCode = await runTests(process.argv.slice(2), process.env, abort.signal);
// The channel to the parent would keep this process alive.
process.disconnect?.();
