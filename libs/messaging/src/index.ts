export { BrokerClock, type BrokerClockOptions, type ClockSample } from './clock/broker-clock.js';
export {
  EventLogConnection,
  type ConnectionStep,
  type EventLogConnectionOptions,
} from './connecting/event-log-connection.js';
export { LateAppender, LogNotConnectedError, isSurelyNotAppended } from './connecting/late-appender.js';
export { reportMessaging } from './connecting/report-messaging.js';
export { DeadLetters, type DeadLettersOptions } from './dead-letters/dead-letters.js';
export { deadLetter, deadLetterHeaders } from './dead-letters/dead-letter.js';
export {
  RECORD_RETRY,
  processRecords,
  type HandleContext,
  type ProcessRecordsOptions,
  type RecordRetry,
} from './dead-letters/process-records.js';
export { RetryableError, isRetryableError } from './dead-letters/retryable-error.js';
export {
  InProcessEventLog,
  openInProcessEventLog,
  type InProcessEventLogOptions,
} from './in-process/in-process-event-log.js';
export { InProcessStore, type InProcessStoreOptions } from './in-process/in-process-store.js';
export { type KafkaSecurity } from './kafka/kafka-client.js';
export { KafkaEventLog, openKafkaEventLog, type KafkaEventLogOptions } from './kafka/kafka-event-log.js';
export { EventLogTransport, type EventLogTransportOptions } from './nest/event-log-transport.js';
export { OnBatch, type BatchMethodDecorator, type OnBatchOptions } from './nest/on-batch.js';
export { partitionOfKey } from './partitioning/murmur2.js';
export {
  AppendTimeoutError,
  AppenderClosedError,
  AppenderOverloadedError,
  AppenderReopenedError,
  RecordTooLargeError,
  SubscriptionDeathError,
  UnknownTopicError,
} from './ports/errors.js';
export {
  FencedError,
  type AppendReceipt,
  type BatchContext,
  type BatchHandler,
  type EventLog,
  type FencedAppender,
  type InboxOptions,
  type OutgoingRecord,
  type ReceivedRecord,
  type RecordAppender,
  type RecordBatch,
  type SubscribeOptions,
  type Subscription,
  type TopicDefinition,
} from './ports/event-log.js';
export {
  messagingLogFields,
  silentLogger,
  type MessagingLogField,
  type MessagingLogFields,
  type MessagingLogger,
} from './ports/logger.js';
export { noMetrics, type ConsumerPosition, type MessagingMetrics } from './ports/metrics.js';
