export { startKafka, type KafkaOptions, type RunningKafka } from './kafka/start-kafka.js';
export { startPostgres, type PostgresOptions, type RunningPostgres } from './postgres/start-postgres.js';
