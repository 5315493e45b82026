import { createRequire } from 'node:module';

/** The parts of the client's request queue that the patch touches. */
interface RequestQueue {
  throttleCheckTimeoutId: NodeJS.Timeout | null;
  throttledUntil: number;
  pending: readonly unknown[];
  checkPendingRequests(): void;
  scheduleCheckPendingRequests(): void;
}

const PATCHED_VERSION = '2.2.4';
const PENDING_CHECK_INTERVAL_MS = 10;

const require = createRequire(import.meta.url);

/**
 * kafkajs 2.2.4 re-arms a timer of 1 ms per connection for ever, even when nothing waits and nothing is throttled: it burns
 * CPU when idle and makes Node 24 print TimeoutNegativeWarning (tulios/kafkajs#1751). With the patch a timer exists only
 * while a request waits or a throttle runs. `idle-timer-patch.spec.ts` counts the calls.
 *
 * Returns false, and changes nothing, when another version is installed: its internals are unknown to us.
 */
export function patchIdleTimer(): boolean {
  const { version } = require('kafkajs/package.json') as { readonly version: string };
  if (version !== PATCHED_VERSION) return false;
  const { prototype } = require('kafkajs/src/network/requestQueue') as { readonly prototype: RequestQueue };
  prototype.scheduleCheckPendingRequests = scheduleOnlyWhenNeeded;
  return true;
}

function scheduleOnlyWhenNeeded(this: RequestQueue): void {
  if (this.throttleCheckTimeoutId !== null) return;
  const throttledMs = this.throttledUntil - Date.now();
  if (this.pending.length === 0 && throttledMs <= 0) return;
  const delayMs = throttledMs > 0 ? throttledMs : PENDING_CHECK_INTERVAL_MS;
  this.throttleCheckTimeoutId = setTimeout(() => {
    this.throttleCheckTimeoutId = null;
    this.checkPendingRequests();
  }, delayMs);
}
