import {
  directoryPaths,
  outcomeFromJson,
  parseUuid,
  type CancelCommandsRequest,
  type CancelCommandsResponse,
  type CommandId,
  type CommandOutcome,
  type LookUpOutcomesRequest,
  type MarkUndeliveredRequest,
} from '@muster/contracts';
import { activeContext } from '@muster/telemetry';
import { DirectoryUnreachableError, type DirectoryClient } from '../directory-client/directory-client.js';
import type { CommandDirectory } from './command-directory.js';

type Json = Readonly<Record<string, unknown>>;
type CancelResult = CancelCommandsResponse['results'][number];

/**
 * How long a client waits beyond its deadline for the end of its command: together with the budget for publishing a failure
 * an answer takes less than 10 s. Milliseconds.
 */
const CANCEL_TIMEOUT_MS = 1_500;

/** Asks the directory over HTTP. */
export class HttpCommandDirectory implements CommandDirectory {
  constructor(private readonly client: DirectoryClient) {}

  async lookUp(request: LookUpOutcomesRequest): Promise<readonly CommandOutcome[]> {
    const answer = await this.client.post(directoryPaths.lookUpOutcomes, request, activeContext());
    return listOf(answer, 'outcomes').map((item) => ({
      commandId: commandIdOf(item),
      outcome: outcomeFromJson(item.outcome),
    }));
  }

  async cancel(request: CancelCommandsRequest): Promise<CancelCommandsResponse> {
    const answer = await within(
      CANCEL_TIMEOUT_MS,
      this.client.post(directoryPaths.cancelCommands, request, activeContext()),
    );
    return { results: listOf(answer, 'results').map(cancelResultOf) };
  }

  async markUndelivered(request: MarkUndeliveredRequest): Promise<void> {
    await this.client.post(directoryPaths.markUndelivered, request);
  }
}

function cancelResultOf(item: Json): CancelResult {
  const commandId = commandIdOf(item);
  switch (item.result) {
    case 'cancelled':
      return { commandId, result: 'cancelled' };
    case 'decided':
      return { commandId, result: 'decided', outcome: outcomeFromJson(item.outcome) };
    default:
      return { commandId, result: 'unknown' };
  }
}

function listOf(answer: unknown, name: string): readonly Json[] {
  const list = typeof answer === 'object' && answer !== null ? (answer as Json)[name] : undefined;
  if (!Array.isArray(list))
    throw new DirectoryUnreachableError(`the directory's answer has no list of ${name}`);
  return list.filter((item) => typeof item === 'object' && item !== null) as readonly Json[];
}

function commandIdOf(item: Json): CommandId {
  const commandId = parseUuid<CommandId>(item.commandId);
  if (commandId === null)
    throw new DirectoryUnreachableError('the directory answered for something that is not a command');
  return commandId;
}

/** undici's own timeouts are coarse (they tick every second); a deadline is not. */
async function within<Result>(milliseconds: number, work: Promise<Result>): Promise<Result> {
  const deadline = Promise.withResolvers<never>();
  const timer = setTimeout(
    () => deadline.reject(new DirectoryUnreachableError('no answer in time')),
    milliseconds,
  );
  try {
    return await Promise.race([work, deadline.promise]);
  } finally {
    clearTimeout(timer);
  }
}
