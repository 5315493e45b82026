import { describeEventLogContract } from '../testing/contract-suite.js';
import { describeWithKafka, testBrokers } from '../testing/kafka-brokers.js';
import { openKafkaEventLog } from './kafka-event-log.js';

describeWithKafka('with a real broker', () => {
  describeEventLogContract('KafkaEventLog', async () =>
    openKafkaEventLog({ brokers: testBrokers, clientId: 'messaging-test' }),
  );
});
