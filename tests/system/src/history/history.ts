/**
 * What clients asked for and what they were told, in the order of a clock that all of them share. The form is Jepsen's: an
 * operation is invoked, and ends as `ok` (it took effect), `fail` (it surely did not) or `info` (nobody knows).
 */
export type OperationKind = 'create' | 'patch' | 'delete' | 'read' | 'add-member' | 'remove-member';

export interface HistoryEvent {
  readonly process: number;
  readonly op: OperationKind;
  /** `create`: the user name. `*-member`: the group's id. Else the user's id. */
  readonly key: string;
  /** `create`, `patch`: the display name to be. `*-member`: the member's id. A `read` that is ok: what it saw, null when nothing was there. */
  readonly value: string | null;
  readonly type: 'invoke' | 'ok' | 'fail' | 'info';
  /** Position in the history: what is before what is decided by it alone. */
  readonly index: number;
  /** Milliseconds since the history began; for people. */
  readonly t: number;
  /** Of a user that was created or seen. */
  readonly id?: string;
  readonly version?: number;
  /** Why it failed, or why nobody knows. */
  readonly reason?: string;
}

/** An operation from its invocation to its end; one that never ended has nobody who knows. */
export interface Operation {
  readonly process: number;
  readonly op: OperationKind;
  readonly key: string;
  readonly value: string | null;
  readonly end: 'ok' | 'fail' | 'info';
  readonly invokedAt: number;
  /** Infinity for `info`: it may take effect at any later time. */
  readonly endedAt: number;
  readonly seen: string | null;
  readonly id: string | undefined;
  readonly version: number | undefined;
}

export interface OperationResult {
  readonly id?: string;
  readonly version?: number;
  readonly value?: string | null;
}

export interface OperationUnderWay {
  ok(result?: OperationResult): void;
  fail(reason: string): void;
  info(reason: string): void;
}

export class History {
  readonly #events: HistoryEvent[] = [];
  readonly #operations: Operation[] = [];
  readonly #beganAt = performance.now();

  get operations(): readonly Operation[] {
    return this.#operations;
  }

  invoke(process: number, op: OperationKind, key: string, value: string | null): OperationUnderWay {
    const invoked = this.#record({ process, op, key, value, type: 'invoke' });
    const end = (type: 'ok' | 'fail' | 'info', result: OperationResult, reason?: string): void => {
      const { id, version } = result;
      const ended = this.#record({
        ...{ process, op, key, type, value: result.value === undefined ? value : result.value },
        ...(id === undefined ? {} : { id }),
        ...(version === undefined ? {} : { version }),
        ...(reason === undefined ? {} : { reason }),
      });
      this.#operations.push({
        ...{ process, op, key, value, id, version, end: type },
        invokedAt: invoked.index,
        endedAt: type === 'info' ? Number.POSITIVE_INFINITY : ended.index,
        seen: result.value === undefined ? value : result.value,
      });
    };
    return {
      ok: (result = {}) => end('ok', result),
      fail: (reason) => end('fail', {}, reason),
      info: (reason) => end('info', {}, reason),
    };
  }

  /** How many operations ended each way, for a test to show that its faults were met. */
  summary(): Record<'ok' | 'fail' | 'info', number> {
    const counts = { ok: 0, fail: 0, info: 0 };
    for (const { end } of this.#operations) counts[end] += 1;
    return counts;
  }

  /** The events, one JSON object a line; those that mention `word` when it is given. */
  toNdjson(word = ''): string {
    const lines = this.#events.map((event) => JSON.stringify(event));
    return lines.filter((line) => line.includes(word)).join('\n');
  }

  #record(event: Omit<HistoryEvent, 'index' | 't'>): HistoryEvent {
    const recorded = {
      ...event,
      index: this.#events.length,
      t: Math.round(performance.now() - this.#beganAt),
    };
    this.#events.push(recorded);
    return recorded;
  }
}
