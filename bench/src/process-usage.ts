import { readFileSync, readdirSync } from 'node:fs';

/** Of one program; of Postgres with its backends. */
export interface Usage {
  readonly cpuSeconds: number;
  readonly residentMiB: number;
}

/** Linux counts processor time in ticks of 1/100 s (`getconf CLK_TCK`). */
const TICKS_PER_SECOND = 100;
const PAGE_BYTES = 4096;

interface Stat {
  readonly pid: number;
  readonly parent: number;
  readonly cpuSeconds: number;
  readonly endedSeconds: number;
  readonly residentMiB: number;
}

/** Reads `/proc/PID/stat` (proc(5)); the command, which may hold anything, ends at the last parenthesis. */
function statOf(pid: number): Stat | null {
  try {
    const text = readFileSync(`/proc/${pid}/stat`, 'utf8');
    const fields = text.slice(text.lastIndexOf(')') + 2).split(' ');
    const number = (index: number): number => Number(fields[index - 3] ?? 0);
    const ticks = number(14) + number(15);
    // Of children that have ended and were waited for: what backends of Postgres used that are gone by now.
    const endedTicks = number(16) + number(17);
    return {
      pid,
      parent: number(4),
      cpuSeconds: ticks / TICKS_PER_SECOND,
      endedSeconds: endedTicks / TICKS_PER_SECOND,
      residentMiB: (number(24) * PAGE_BYTES) / 2 ** 20,
    };
  } catch {
    return null;
  }
}

/** What each named program has used since it was started. Shared memory of Postgres is counted in each of its processes. */
export function usageOf(pids: Readonly<Record<string, number>>): Map<string, Usage> {
  const stats = readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map((name) => statOf(Number(name)))
    .filter((stat) => stat !== null);
  return new Map(
    Object.entries(pids).map(([name, pid]) => {
      const own = stats.find((stat) => stat.pid === pid);
      const backends = name === 'postgres' ? stats.filter((stat) => stat.parent === pid) : [];
      const ended = name === 'postgres' ? (own?.endedSeconds ?? 0) : 0;
      const running = [...backends, ...(own === undefined ? [] : [own])];
      return [
        name,
        {
          cpuSeconds: running.reduce((sum, stat) => sum + stat.cpuSeconds, ended),
          residentMiB: own?.residentMiB ?? 0,
        },
      ];
    }),
  );
}
