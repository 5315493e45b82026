import { endIfOurs } from '../process/process-identity.js';
import { stackMark } from './stack-lock.js';
import { type StackState } from './stack-state.js';

/** Services end when their supervisor dies, unless they were stopped (SIGSTOP) at that moment. Those are ended here; returns their names. */
export async function endStaleServices(home: string, last: StackState | undefined): Promise<string[]> {
  const ended = await Promise.all(
    Object.entries(last?.pids ?? {}).map(async ([name, pid]) => {
      const was = name !== 'supervisor' && (await endIfOurs(pid, stackMark(home), 'SIGTERM', 5_000));
      return was ? name : undefined;
    }),
  );
  return ended.filter((name) => name !== undefined);
}
