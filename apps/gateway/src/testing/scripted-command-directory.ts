import type {
  CancelCommandsRequest,
  CancelCommandsResponse,
  CommandId,
  CommandOutcome,
  LookUpOutcomesRequest,
  MarkUndeliveredRequest,
  Outcome,
} from '@muster/contracts';
import type { CommandDirectory } from '../commands/command-directory.js';

/** A directory that knows the outcomes it was told, and can be unreachable. */
export class ScriptedCommandDirectory implements CommandDirectory {
  readonly outcomes = new Map<CommandId, Outcome>();
  readonly lookUps: LookUpOutcomesRequest[] = [];
  readonly cancels: CancelCommandsRequest[] = [];
  readonly undelivered: CommandId[] = [];
  reachable = true;

  async lookUp(request: LookUpOutcomesRequest): Promise<readonly CommandOutcome[]> {
    this.lookUps.push(request);
    this.mustBeReachable();
    return request.commands.flatMap(({ commandId }) => {
      const outcome = this.outcomes.get(commandId);
      return outcome === undefined ? [] : [{ commandId, outcome }];
    });
  }

  async cancel(request: CancelCommandsRequest): Promise<CancelCommandsResponse> {
    this.cancels.push(request);
    this.mustBeReachable();
    return {
      results: request.commands.map(({ commandId }) => {
        const outcome = this.outcomes.get(commandId);
        return outcome === undefined
          ? { commandId, result: 'cancelled' }
          : { commandId, result: 'decided', outcome };
      }),
    };
  }

  async markUndelivered(request: MarkUndeliveredRequest): Promise<void> {
    this.mustBeReachable();
    this.undelivered.push(...request.commands.map(({ commandId }) => commandId));
  }

  private mustBeReachable(): void {
    if (!this.reachable) throw new Error('unreachable');
  }
}
