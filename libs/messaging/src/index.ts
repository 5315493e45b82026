export { BrokerClock, type BrokerClockOptions, type ClockSample } from './clock/broker-clock.js';
export { KafkaEventLog, openKafkaEventLog, type KafkaEventLogOptions } from './kafka/kafka-event-log.js';
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
export { silentLogger, type MessagingLogger } from './ports/logger.js';
export { noMetrics, type ConsumerPosition, type MessagingMetrics } from './ports/metrics.js';
