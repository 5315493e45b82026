import { setTimeout as delay } from 'node:timers/promises';
import type { Logger } from './create-logger.js';
import type { HealthRegistry } from './health-registry.js';

/**
 * The order in which a service stops:
 * - `readiness`: tell the probes, and wait until they have noticed;
 * - `accept`: take no new work (listeners, consumers);
 * - `drain`: finish what was begun;
 * - `disconnect`: close connections to others (Kafka, Postgres);
 * - `flush`: send what is left to say (traces).
 */
export const stopPhases = ['readiness', 'accept', 'drain', 'disconnect', 'flush'] as const;
export type StopPhase = (typeof stopPhases)[number];

export interface StopStep {
  readonly phase: StopPhase;
  readonly name: string;
  /** After this the stop goes on without the step. Default 3,000. */
  readonly deadlineMs?: number;
  readonly run: () => void | Promise<void>;
}

export interface StopProblem {
  readonly phase: StopPhase;
  readonly step: string;
  readonly reason: 'failed' | 'deadline';
}

/**
 * The steps of one service's stop. Steps of a phase run side by side, phases one after the other; a step that fails or
 * takes too long is reported and never keeps the rest from running.
 */
export class GracefulStop {
  private readonly steps: StopStep[] = [];
  private stopped: Promise<readonly StopProblem[]> | undefined;

  constructor(private readonly logger: Logger) {}

  add(step: StopStep): void {
    this.steps.push(step);
  }

  /** Runs the steps once, however often it is called; resolves with what went wrong. */
  stop(): Promise<readonly StopProblem[]> {
    this.stopped ??= this.runPhases();
    return this.stopped;
  }

  private async runPhases(): Promise<readonly StopProblem[]> {
    const problems: StopProblem[] = [];
    for (const phase of stopPhases) {
      const steps = this.steps.filter((step) => step.phase === phase);
      const results = await Promise.all(steps.map(async (step) => this.runStep(step)));
      for (const problem of results) if (problem !== undefined) problems.push(problem);
    }
    return problems;
  }

  private async runStep(step: StopStep): Promise<StopProblem | undefined> {
    const deadlineMs = step.deadlineMs ?? 3_000;
    const deadline = Promise.withResolvers<'deadline'>();
    const timer = setTimeout(() => deadline.resolve('deadline'), deadlineMs);
    try {
      const ended = await Promise.race([(async () => step.run())(), deadline.promise]);
      if (ended !== 'deadline') return undefined;
      this.logger.warn({ phase: step.phase, step: step.name, deadlineMs }, 'a stop step missed its deadline');
      return { phase: step.phase, step: step.name, reason: 'deadline' };
    } catch (err) {
      this.logger.warn({ phase: step.phase, step: step.name, err }, 'a stop step failed');
      return { phase: step.phase, step: step.name, reason: 'failed' };
    } finally {
      clearTimeout(timer);
    }
  }
}

/**
 * The first step of a stop: not ready from now on, and `stopDelayMs` for the probes to notice before anything is refused.
 */
export function leaveReadiness(health: HealthRegistry, stopDelayMs: number): StopStep {
  return {
    phase: 'readiness',
    name: 'probes',
    deadlineMs: stopDelayMs + 1_000,
    run: async () => {
      health.stopping();
      await delay(stopDelayMs);
    },
  };
}
