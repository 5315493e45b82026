import { FAILURES_TOPIC, deadLetterTopic, topicContracts } from '@muster/contracts';
import { EventLogConnection, type EventLog, type Subscription } from '@muster/messaging';
import { FailuresConsumer, type FailuresConsumerParts } from './adapters/kafka/failures-consumer.js';

export interface FailureIntakeOptions extends FailuresConsumerParts {
  readonly eventLog: EventLog;
  /** The subscription died and will not come back: the process must end. */
  readonly onDeath: (error: Error) => void;
}

export interface FailureIntake {
  /** Takes no more, and waits for what was begun. */
  close(): Promise<void>;
}

/** One entry per failure, whichever directory reads it. */
const CONSUMER_GROUP = 'directory-activity';
const topics = topicContracts.filter(
  ({ topic }) => topic === FAILURES_TOPIC || topic === deadLetterTopic(FAILURES_TOPIC),
);

/**
 * Reads `provisioning.failures.v1` for the activity. Joined in the background, by itself and in a group of its own: neither
 * commands nor readiness wait for it, since a directory that is behind with the activity serves everybody all the same.
 */
export function startFailureIntake({ eventLog, onDeath, ...parts }: FailureIntakeOptions): FailureIntake {
  const consumer = new FailuresConsumer(parts);
  let subscription: Subscription | undefined;
  const connection = new EventLogConnection({
    logger: parts.logger,
    steps: [
      { name: 'topics of failures', run: () => eventLog.createTopics(topics) },
      {
        name: 'failures',
        run: async () => {
          subscription = await eventLog.subscribe({
            groupId: CONSUMER_GROUP,
            topics: [FAILURES_TOPIC],
            startFrom: 'earliest',
            onBatch: (batch, context) => consumer.onBatch(batch, context),
            onDeath,
          });
        },
      },
    ],
  });
  connection.start();
  return {
    close: async () => {
      await connection.close();
      await subscription?.close();
    },
  };
}
