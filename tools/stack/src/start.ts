import { serveControlChannel } from './supervisor/control-channel.js';
import { farewell, greeting } from './supervisor/greeting.js';
import { lockStack, stackMark, StackRunningError } from './supervisor/stack-lock.js';
import { Stack } from './supervisor/stack.js';
import { parseStackSettings, type StackSettings } from './supervisor/stack-settings.js';

/** `npm start`: exit code 0 after Ctrl-C or SIGTERM, 1 when the stack could not start, could not go on, or runs already. */
async function main(): Promise<number> {
  const startedAt = performance.now();
  const settings = parseStackSettings(process.env);
  if (!process.argv.includes(stackMark(settings.home))) {
    throw new Error(`the argument ${stackMark(settings.home)} is missing: use npm start`);
  }
  const unlock = lock(settings);
  if (unlock === undefined) return 1;
  const stopWanted = Promise.withResolvers<string | undefined>();
  const stack = new Stack(settings, {
    onProgress: (message) => console.error(`  ${message} ...`),
    onWarning: (message) => console.error(`! ${message}`),
    onBroken: (reason) => stopWanted.resolve(reason),
  });
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const)
    process.on(signal, () => stopWanted.resolve(undefined));
  serveControlChannel(stack, () => stopWanted.resolve(undefined));

  stack.start().then(
    ({ state, isFirstStart }) => {
      const startedInMs = performance.now() - startedAt;
      console.log(greeting({ state, home: settings.home, isFirstStart, startedInMs }));
    },
    (error: unknown) => stopWanted.resolve(error instanceof Error ? error.message : String(error)),
  );
  const reason = await stopWanted.promise;
  console.error(
    reason === undefined ? '\nStopping ...' : `\nMuster stops: ${reason}\nLogs: ${settings.home}/log`,
  );
  const stoppingAt = performance.now();
  await stack.stop(reason);
  unlock();
  console.error(farewell({ reason, home: settings.home, stoppedInMs: performance.now() - stoppingAt }));
  return reason === undefined ? 0 : 1;
}

function lock(settings: StackSettings): (() => void) | undefined {
  try {
    return lockStack(settings.home);
  } catch (error) {
    if (!(error instanceof StackRunningError)) throw error;
    console.error(
      `Muster runs here already (process ${error.pid}, ${settings.home}). Stop it with Ctrl-C or kill ${error.pid}; set MUSTER_HOME to run a second one.`,
    );
    return undefined;
  }
}

try {
  process.exitCode = await main();
} catch (error) {
  console.error(`Muster could not start: ${error instanceof Error ? error.message : String(error)}`);
  process.exitCode = 1;
}
// The channel to the parent would keep this process alive.
process.disconnect?.();
