export { describeEventLogContract } from './contract-suite.js';
export {
  createTopic,
  openReader,
  textOf,
  textRecord,
  uniqueName,
  until,
  type Reader,
  type ReaderOptions,
} from './contract-world.js';
export { describeWithKafka, testBrokers } from './kafka-brokers.js';
