import { writeSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';

/**
 * Deterministic crash points for tests: named places in the code at which a test makes the process die, freeze, wait or
 * throw. Armed by `FAILPOINTS=name=action,other=action*1`, where an action is `kill` (SIGKILL), `stop` (SIGSTOP),
 * `delay:<ms>` or `throw` (the default), and `*1` means the first time only.
 */
type FailpointAction =
  { readonly kind: 'kill' | 'stop' | 'throw' } | { readonly kind: 'delay'; readonly ms: number };

interface ArmedFailpoint {
  readonly action: FailpointAction;
  readonly once: boolean;
}

/** What an armed failpoint throws. */
export class FailpointError extends Error {
  override readonly name = 'FailpointError';

  constructor(readonly failpoint: string) {
    super(`failpoint ${failpoint}`);
  }
}

const delayMsMax = 60_000;

/** Undefined while none is armed, so that a failpoint costs one comparison. */
let armed: Map<string, ArmedFailpoint> | undefined;

/**
 * Arms the failpoints of a `FAILPOINTS` text in place of those armed before; an empty one disarms all.
 * @throws RangeError naming the part that cannot be read
 */
export function armFailpoints(text: string | undefined): void {
  const parts = (text ?? '')
    .split(',')
    .map((part) => part.trim())
    .filter((part) => part !== '');
  armed = parts.length === 0 ? undefined : new Map(parts.map(parseFailpoint));
}

/** A place at which a test may strike. A delay blocks the whole process here, as a long pause of the collector would. */
export function failpoint(name: string): void {
  if (armed === undefined) return;
  const action = strike(name);
  if (action?.kind === 'delay') Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, action.ms);
}

/** As {@link failpoint}, where a delay lets the rest of the process go on. */
export async function failpointAsync(name: string): Promise<void> {
  if (armed === undefined) return;
  const action = strike(name);
  if (action?.kind === 'delay') await delay(action.ms);
}

function parseFailpoint(part: string): [string, ArmedFailpoint] {
  const match = /^([\w.-]+)(?:=(kill|stop|throw|delay:(\d{1,5})))?(\*1)?$/.exec(part);
  if (match === null) throw new RangeError(`FAILPOINTS cannot be read at ${JSON.stringify(part)}`);
  const [, name = '', action = 'throw', ms, once] = match;
  if (ms !== undefined && Number(ms) > delayMsMax)
    throw new RangeError(`FAILPOINTS: ${name} waits longer than ${delayMsMax} ms`);
  return [name, { action: actionOf(action, ms), once: once !== undefined }];
}

function actionOf(action: string, ms: string | undefined): FailpointAction {
  if (ms !== undefined) return { kind: 'delay', ms: Number(ms) };
  return { kind: action === 'kill' ? 'kill' : action === 'stop' ? 'stop' : 'throw' };
}

function strike(name: string): FailpointAction | undefined {
  const point = armed?.get(name);
  if (point === undefined) return undefined;
  if (point.once) armed?.delete(name);
  const { kind } = point.action;
  // Straight to the descriptor: the process may not live to flush a stream.
  writeSync(2, `failpoint ${name}: ${kind}\n`);
  if (kind === 'kill') process.kill(process.pid, 'SIGKILL');
  if (kind === 'stop') process.kill(process.pid, 'SIGSTOP');
  if (kind === 'throw') throw new FailpointError(name);
  return point.action;
}
