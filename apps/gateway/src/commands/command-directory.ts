import type {
  CancelCommandsRequest,
  CancelCommandsResponse,
  CommandOutcome,
  LookUpOutcomesRequest,
  MarkUndeliveredRequest,
} from '@muster/contracts';

/** What the owner of all outcomes can be asked about commands. Every call rejects when it cannot be reached in time. */
export interface CommandDirectory {
  /** Outcomes of those that are decided; the others are missing from the answer. */
  lookUp(request: LookUpOutcomesRequest): Promise<readonly CommandOutcome[]>;
  /** Withdraws those that are not decided yet. The directory's own insert decides the race, so the answer is final. */
  cancel(request: CancelCommandsRequest): Promise<CancelCommandsResponse>;
  markUndelivered(request: MarkUndeliveredRequest): Promise<void>;
}
