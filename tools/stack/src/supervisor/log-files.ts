import { mkdirSync, readdirSync, renameSync, statSync } from 'node:fs';
import { join } from 'node:path';

const LOG_BYTES_MAX = 10 * 1024 * 1024;

/** Before a start: every log that has grown large becomes `<name>.log.1`, in place of the one before. */
export function rotateLogs(logDir: string): void {
  mkdirSync(logDir, { recursive: true });
  for (const name of readdirSync(logDir).filter((entry) => entry.endsWith('.log'))) {
    const path = join(logDir, name);
    if (statSync(path).size > LOG_BYTES_MAX) renameSync(path, `${path}.1`);
  }
}
