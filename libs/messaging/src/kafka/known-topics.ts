import { AppenderClosedError, AppendTimeoutError, UnknownTopicError } from '../ports/errors.js';
import { type AppendReceipt, type OutgoingRecord, type RecordAppender } from '../ports/event-log.js';

/**
 * Turns records of unknown topics away before they are sent: kafkajs tries such a request again for seconds, and whatever
 * was appended meanwhile would wait behind it. The list is read once per topic that is new to this process.
 */
export class KnownTopics {
  readonly #known = new Set<string>();
  /** One look-up after the other, so that appends that wait for theirs keep their order. */
  #tail: Promise<unknown> = Promise.resolve();

  constructor(private readonly listTopics: () => Promise<readonly string[]>) {}

  /** Undefined when all topics are known already: the usual way, which costs no turn of the event loop. */
  check(records: readonly OutgoingRecord[]): Promise<void> | undefined {
    if (this.#missingIn(records) === undefined) return undefined;
    const lookUp = this.#tail.then(() => this.#lookUp(records));
    this.#tail = lookUp.catch(() => undefined);
    return lookUp;
  }

  async #lookUp(records: readonly OutgoingRecord[]): Promise<void> {
    if (this.#missingIn(records) === undefined) return;
    for (const topic of await this.#topics()) this.#known.add(topic);
    const missing = this.#missingIn(records);
    if (missing !== undefined) throw new UnknownTopicError(`the log has no topic ${missing}`);
  }

  async #topics(): Promise<readonly string[]> {
    try {
      return await this.listTopics();
    } catch (cause) {
      throw new AppendTimeoutError('the topics of the log could not be listed', 'not-appended', { cause });
    }
  }

  #missingIn(records: readonly OutgoingRecord[]): string | undefined {
    return records.find(({ topic }) => !this.#known.has(topic))?.topic;
  }
}

/** An appender in front of which unknown topics are turned away. */
export class TopicCheckingAppender implements RecordAppender {
  readonly #lookUps = new Set<Promise<unknown>>();
  #isClosed = false;

  constructor(
    private readonly appender: RecordAppender,
    private readonly knownTopics: KnownTopics,
  ) {}

  append(records: readonly OutgoingRecord[]): Promise<AppendReceipt> {
    if (this.#isClosed) return Promise.reject(new AppenderClosedError('the appender is closed'));
    const lookUp = this.knownTopics.check(records);
    if (lookUp === undefined) return this.appender.append(records);
    const appended = lookUp.then(() => {
      this.#lookUps.delete(lookUp);
      return this.appender.append(records);
    });
    this.#lookUps.add(lookUp);
    lookUp.catch(() => this.#lookUps.delete(lookUp));
    return appended;
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    await Promise.allSettled(this.#lookUps);
    await this.appender.close();
  }
}
