import { parseOptions, type ConformanceOptions } from './options.js';
import { MissingProgramError } from './programs/missing-program-error.js';
import { resultTable, totalsOf, type TestResult } from './report.js';
import { givenService } from './service/given-service.js';
import { type ScimService } from './service/scim-service.js';
import { startStackService } from './service/stack-service.js';
import { runSuite, type SuiteName } from './suites.js';

function say(text: string): void {
  process.stderr.write(`${text}\n`);
}

async function runAll(options: ConformanceOptions, service: ScimService): Promise<TestResult[]> {
  const results: TestResult[] = [];
  for (const suite of options.suites) {
    say(`  ${suite} ...`);
    results.push(...(await resultsOf(suite, service, options)));
  }
  results.push(await serverErrorResult(service));
  return results;
}

async function resultsOf(
  suite: SuiteName,
  service: ScimService,
  { isEverythingRequired }: ConformanceOptions,
): Promise<TestResult[]> {
  try {
    return await runSuite(suite, service);
  } catch (error) {
    const isMissing = error instanceof MissingProgramError;
    const state = isMissing && !isEverythingRequired ? 'skipped' : 'failed';
    return [
      { suite, test: 'all of it', state, remarks: [error instanceof Error ? error.message : String(error)] },
    ];
  }
}

/** Nothing that a client sends is a reason for 5xx. */
async function serverErrorResult(service: ScimService): Promise<TestResult> {
  const test = { suite: 'service', test: 'no answer was 5xx' };
  const count = await service.serverErrors();
  if (count === undefined) return { ...test, state: 'skipped', remarks: ['the service cannot be asked'] };
  return count === 0
    ? { ...test, state: 'passed', remarks: [] }
    : { ...test, state: 'failed', remarks: [`${count} were`] };
}

async function main(): Promise<number> {
  const options = parseOptions(process.argv.slice(2), process.env);
  if (options.tenant === undefined) say('starting a stack of its own ...');
  const service = options.tenant === undefined ? await startStackService() : givenService(options.tenant);
  const onSignal = (): void => {
    void service.stop().finally(() => process.exit(130));
  };
  process.once('SIGINT', onSignal).once('SIGTERM', onSignal);
  try {
    const results = await runAll(options, service);
    process.stdout.write(`${resultTable(results)}\n`);
    const { passed, failed, skipped } = totalsOf(results);
    process.stdout.write(`${passed} passed, ${failed} failed, ${skipped} skipped\n`);
    return failed === 0 ? 0 : 1;
  } finally {
    await service.stop();
  }
}

try {
  process.exitCode = await main();
} catch (error) {
  say(error instanceof Error ? error.message : String(error));
  process.exitCode = 1;
}
