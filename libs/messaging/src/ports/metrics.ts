/** Where a consumer stands in one partition. */
export interface ConsumerPosition {
  readonly groupId: string;
  readonly topic: string;
  readonly partition: number;
}

/** Figures this library reports; the service maps them to its own metric names. Calls must be cheap and must not throw. */
export interface MessagingMetrics {
  /**
   * Records appended to the partition that this group has not finished (`null`: the partition is no longer this process's),
   * and about how long ago the oldest of them that was handed out was written.
   */
  consumerLag?(at: ConsumerPosition, records: number | null, oldestAgeMs: number): void;
  batchReceived?(at: ConsumerPosition, records: number): void;
  groupJoined?(groupId: string): void;
  consumerDied?(groupId: string): void;
  /** One request of an appender has returned. */
  appendSettled?(appender: string, records: number, durationMs: number, outcome: 'ok' | 'failed'): void;
  /** Records that wait in an appender's queue. */
  appendQueue?(appender: string, records: number): void;
  /** A record was set aside in `<topic>.dlq`. */
  deadLettered?(topic: string, reason: string): void;
}

export const noMetrics: MessagingMetrics = {};
