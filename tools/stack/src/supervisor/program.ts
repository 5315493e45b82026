import { type ProcessEnd } from '../process/child-process.js';

/** The three services, in the order in which they are stopped: the door first, the mail last. */
export const SERVICE_NAMES = ['gateway', 'directory', 'notifier'] as const;
export type ServiceName = (typeof SERVICE_NAMES)[number];

export type ProgramName = ServiceName | 'postgres' | 'kafka' | 'single-process';

/** What a launch is told. */
export interface LaunchContext {
  /** Aborted when the program is not wanted any more; the launch then leaves no process behind and rejects. */
  readonly signal: AbortSignal;
  /** The first launch of a stack may fail for being slow; a later one of a service waits as long as the process lives. */
  readonly isFirst: boolean;
  readonly onSpawn: (pid: number) => void;
}

export interface RunningProgram {
  readonly pid: number;
  readonly logPath: string;
  /** Settles once, never rejects. */
  readonly ended: Promise<ProcessEnd>;
  stop(): Promise<void>;
}

/** Something the supervisor keeps alive. */
export interface Program {
  readonly name: ProgramName;
  /** Resolves when the program is ready. */
  launch(context: LaunchContext): Promise<RunningProgram>;
}
