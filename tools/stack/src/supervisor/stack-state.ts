import { join } from 'node:path';
import { readJson, writePrivateJson } from './private-json.js';
import { type ServiceName } from './program.js';
import { type StackPorts } from './stack-ports.js';

export type StackPhase = 'starting' | 'ready' | 'stopping' | 'stopped' | 'failed';

/** `stack.json` (mode 0600): the facts of a stack for programs that work with it. */
export interface StackState {
  readonly state: StackPhase;
  /** 'single-process': the three services in one process, without Kafka. */
  readonly mode: 'kafka' | 'single-process';
  /** Why it failed, or why there is no Kafka. */
  readonly reason?: string;
  readonly startedAt: string;
  /** Of the demo tenant. */
  readonly tenantId?: string;
  readonly scimUrl?: string;
  readonly token?: string;
  readonly adminUrl: string;
  readonly adminToken: string;
  /** Of the notifier's internal API. */
  readonly notifierUrl: string;
  /** The services' credential for the internal API. */
  readonly internalToken: string;
  /** Superuser URL of the database the services use. */
  readonly databaseUrl?: string;
  readonly kafkaBrokers: string | null;
  /** Of the mail catcher; null when mail leaves by SMTP_URL. */
  readonly mailUrl: string | null;
  readonly smtpUrl: string;
  readonly metrics: Readonly<Record<ServiceName, string>>;
  /** By program, and `supervisor`; a program that is being started again is missing for a moment. */
  readonly pids: Readonly<Record<string, number>>;
  readonly ports: StackPorts;
}

export function statePath(home: string): string {
  return join(home, 'stack.json');
}

/** What the last start left; undefined when there is none. Trusted as far as its owner-only mode goes. */
export function readStackState(home: string): StackState | undefined {
  const value = readJson(statePath(home));
  return typeof value === 'object' && value !== null && 'state' in value && 'pids' in value
    ? (value as StackState)
    : undefined;
}

/** The state of a running stack; every change is on disk when `change` returns. */
export class StackStateFile {
  readonly #home: string;
  #current: StackState;

  constructor(home: string, initial: StackState) {
    this.#home = home;
    this.#current = initial;
    writePrivateJson(statePath(home), initial);
  }

  get current(): StackState {
    return this.#current;
  }

  change(changes: Partial<StackState>): void {
    this.#current = { ...this.#current, ...changes };
    writePrivateJson(statePath(this.#home), this.#current);
  }

  changePid(name: string, pid: number | undefined): void {
    const { [name]: _previous, ...others } = this.#current.pids;
    this.change({ pids: pid === undefined ? others : { ...others, [name]: pid } });
  }
}
