import { type EachBatchPayload } from 'kafkajs';
import {
  type InboxOptions,
  type OutgoingRecord,
  type RecordAppender,
  type Subscription,
} from '../ports/event-log.js';
import { type MessagingLogger } from '../ports/logger.js';
import { GroupConsumer } from './group-consumer.js';
import { type KafkaClientFactory } from './kafka-client.js';
import { errorLabel } from './kafka-errors.js';
import { type Membership } from '../groups/membership.js';
import { ownPartitionAssigner } from './own-partition-assigner.js';
import { receivedRecordOf } from './record-codec.js';

export interface KafkaInboxDependencies {
  readonly client: KafkaClientFactory;
  readonly logger: MessagingLogger;
  readonly probe: () => Promise<void>;
  /** Writes the pings; closed with the inbox. */
  readonly appender: RecordAppender;
}

/** Marks records that an inbox wrote to itself. All inboxes of the partition read them, none hands them out. */
export const INBOX_PING_HEADER = 'x-inbox-ping';

const PING_INTERVAL_MS = 100;
const OPEN_TIMEOUT_MS = 15_000;

/**
 * Reads one partition from its end in a group of its own. After a join kafkajs asks for the end of the partition only with
 * its next fetch: what is appended before that is never seen. So after every join the inbox writes a record to itself, and
 * only when that one came back is the position known to be real, and `onJoined` called.
 */
export class KafkaInbox implements Subscription {
  readonly #consumer: GroupConsumer;
  readonly #opened = Promise.withResolvers<undefined>();
  #pings = 0;
  #awaitedPing: string | undefined;
  #isPositioned = false;

  constructor(
    private readonly options: InboxOptions,
    private readonly dependencies: KafkaInboxDependencies,
  ) {
    this.#consumer = new GroupConsumer({
      client: dependencies.client,
      logger: dependencies.logger,
      groupId: `inbox.${options.instanceId}`,
      topics: [options.topic],
      startFrom: 'latest',
      assigner: ownPartitionAssigner(options.partition),
      concurrency: 1,
      probe: dependencies.probe,
      onBatch: async (payload) => {
        this.#receive(payload);
      },
      onJoined: (membership) => void this.#findPosition(membership),
      onLeaving: async () => {
        this.#isPositioned = false;
      },
      onDeath: options.onDeath,
    });
  }

  async open(): Promise<void> {
    const timer = setTimeout(() => {
      this.#opened.reject(new Error('the inbox did not hear its own record in time'));
    }, OPEN_TIMEOUT_MS);
    try {
      await this.#consumer.start();
      await this.#opened.promise;
    } catch (error) {
      await this.close();
      throw error;
    } finally {
      clearTimeout(timer);
    }
  }

  isAlive(): boolean {
    return this.#isPositioned && this.#consumer.isAlive();
  }

  async close(): Promise<void> {
    await Promise.all([this.#consumer.close(), this.dependencies.appender.close()]);
  }

  #receive(payload: EachBatchPayload): void {
    const { batch } = payload;
    const records = [];
    let isOwnPing = false;
    for (const message of batch.messages) {
      const record = receivedRecordOf(batch.topic, batch.partition, message);
      const ping = record.headers[INBOX_PING_HEADER];
      if (ping === undefined) records.push(record);
      else if (ping === this.#awaitedPing) isOwnPing = true;
    }
    const last = batch.messages.at(-1);
    if (last) payload.resolveOffset(last.offset);
    if (isOwnPing) this.#positioned();
    if (records.length > 0) this.options.onRecords(records);
  }

  #positioned(): void {
    this.#awaitedPing = undefined;
    this.#isPositioned = true;
    this.#opened.resolve(undefined);
    this.options.onJoined();
  }

  async #findPosition(membership: Membership): Promise<void> {
    this.#isPositioned = false;
    this.#pings += 1;
    const ping = `${this.options.instanceId}/${String(this.#pings)}`;
    this.#awaitedPing = ping;
    const { topic, partition } = this.options;
    const record: OutgoingRecord = {
      topic,
      partition,
      key: null,
      value: null,
      headers: { [INBOX_PING_HEADER]: ping },
    };
    while (!membership.hasEnded && this.#awaitedPing === ping) {
      try {
        await this.dependencies.appender.append([record]);
      } catch (error) {
        this.dependencies.logger.debug({ error: errorLabel(error) }, 'the inbox could not write to itself');
      }
      await new Promise((resolve) => setTimeout(resolve, PING_INTERVAL_MS));
    }
  }
}
