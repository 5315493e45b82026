/**
 * Every name that leaves a process as telemetry, declared once. Dashboards, alerts and tests rest on these names, so a
 * rename is a breaking change for whoever operates the platform.
 */

/** Span names. Those that carry a topic are made by a function, after the OpenTelemetry messaging conventions. */
export const spanNames = {
  scimRequest: (method: string, route: string): string => `${method} ${route}`,
  authenticate: 'authenticate',
  parseRequest: 'parse request',
  awaitReply: 'await reply',
  recoverOutcomes: 'recover outcomes',
  cancelCommand: 'cancel command',
  send: (topic: string): string => `send ${topic}`,
  process: (topic: string): string => `process ${topic}`,
  applyBatch: 'apply batch',
  query: (statement: string): string => `query ${statement}`,
  internalRequest: (method: string, route: string): string => `${method} ${route}`,
  renderMail: 'render mail',
  sendMail: 'send mail',
} as const;

/**
 * Attribute keys. Ids, codes, counts and names of our own only: a user name, an address, a token or a body is never an
 * attribute.
 */
export const attributeKeys = {
  tenantId: 'muster.tenant_id',
  requestId: 'muster.request_id',
  commandId: 'muster.command_id',
  commandType: 'muster.command_type',
  resourceType: 'muster.resource_type',
  resourceId: 'muster.resource_id',
  outcome: 'muster.outcome',
  cause: 'muster.cause',
  attempt: 'muster.attempt',
  batchSize: 'muster.batch_size',
  lane: 'muster.lane',
  incidentId: 'muster.incident_id',
  httpMethod: 'http.request.method',
  httpRoute: 'http.route',
  httpStatus: 'http.response.status_code',
  errorType: 'error.type',
  dbSystem: 'db.system.name',
  dbStatement: 'db.operation.name',
  dbRows: 'db.response.returned_rows',
  messagingSystem: 'messaging.system',
  messagingOperationName: 'messaging.operation.name',
  messagingOperationType: 'messaging.operation.type',
  messagingDestination: 'messaging.destination.name',
  messagingPartition: 'messaging.destination.partition.id',
  messagingOffset: 'messaging.kafka.offset',
  messagingConsumerGroup: 'messaging.consumer.group.name',
  messagingBatchSize: 'messaging.batch.message_count',
  messagingMessageId: 'messaging.message.id',
  messagingConversationId: 'messaging.message.conversation_id',
} as const;

/** One of the declared attribute keys. */
export type AttributeKey = (typeof attributeKeys)[keyof typeof attributeKeys];

/** What every name in the exposition begins with. */
export const metricPrefix = 'muster_';

/** Seconds. Bounds at 0.3 and 1 are the latency objectives; 8 is a command's deadline. */
const requestSeconds = [0.005, 0.01, 0.025, 0.05, 0.1, 0.2, 0.3, 0.5, 1, 2, 4, 8, 16] as const;
/** Seconds of work inside one process: a query, a commit, a produce. */
const workSeconds = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 3] as const;
/** Seconds between things that may wait for each other: fact and event, failure and mail. */
const delaySeconds = [0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 15, 30, 60, 120, 300, 900] as const;
/** Items per batch; 500 is the cap of an apply and of a relay batch. */
const batchItems = [1, 2, 5, 10, 25, 50, 100, 200, 300, 400, 500] as const;

interface DefinitionShape<Type extends string, Labels extends readonly string[]> {
  readonly type: Type;
  readonly help: string;
  /** A label whose name ends with `?` may be left out by the caller. */
  readonly labels: Labels;
}

/** A value that only grows, a value that goes both ways, or a distribution with its upper bounds. */
export type MetricDefinition =
  | DefinitionShape<'counter', readonly string[]>
  | DefinitionShape<'gauge', readonly string[]>
  | (DefinitionShape<'histogram', readonly string[]> & { readonly buckets: readonly number[] });

function counter<const Labels extends readonly string[]>(help: string, labels: Labels) {
  return { type: 'counter', help, labels } as const;
}

function gauge<const Labels extends readonly string[]>(help: string, labels: Labels) {
  return { type: 'gauge', help, labels } as const;
}

function histogram<const Labels extends readonly string[]>(
  help: string,
  labels: Labels,
  buckets: readonly number[],
) {
  return { type: 'histogram', help, labels, buckets } as const;
}

/**
 * Every metric, keyed by its name without the prefix. Labels take few values each: routes are templates, causes are the
 * keys of the catalogue, and nothing a client chooses is ever a label value.
 */
export const metricDefinitions = {
  // Gateway: the requests of the connectors.
  scim_requests_total: counter('SCIM requests answered', ['route', 'method', 'status', 'tenant_class?']),
  scim_request_seconds: histogram(
    'From the first byte of a SCIM request to its answer',
    ['route', 'method'],
    requestSeconds,
  ),
  scim_requests_in_flight: gauge('SCIM requests being answered', []),
  scim_requests_refused_total: counter('Requests refused before they were parsed', ['reason']),
  auth_lookups_total: counter('Token look-ups at the directory', ['result']),
  auth_cache_hits_total: counter('Tokens answered from the cache', ['result']),
  rate_limited_total: counter('Requests refused by a tenant bucket', ['tenant_class?']),
  commands_in_flight: gauge('Commands published and not yet answered', []),
  command_outcomes_total: counter('Outcomes of commands as the gateway learnt them', [
    'type',
    'outcome',
    'cause',
  ]),
  command_seconds: histogram(
    'Time of a command in one stage: publish, commit or reply',
    ['stage'],
    workSeconds,
  ),
  replies_recovered_total: counter('Outcomes fetched from the directory because the reply did not come', []),
  replies_unexpected_total: counter('Replies that nobody waited for', []),
  cancellations_total: counter('Commands cancelled at their deadline', ['result']),
  undelivered_total: counter('Answers whose client had gone away', []),
  failures_published_total: counter('Provisioning failures published', ['cause', 'source']),
  failures_lost_total: counter('Provisioning failures that could not be published in time', ['cause']),

  // Directory: applying commands.
  apply_batch_size: histogram('Commands per apply transaction', ['lane'], batchItems),
  apply_batch_seconds: histogram('Time of one apply transaction', ['lane'], workSeconds),
  apply_retries_total: counter('Apply transactions run again', ['reason']),
  apply_queue_depth: gauge('Commands that wait for the applier', ['lane']),
  commands_applied_total: counter('Commands with a stored outcome', ['type', 'outcome', 'cause']),

  // Directory: outbox and relay.
  outbox_depth: gauge('Rows in the outbox that the relay is to move', []),
  outbox_oldest_seconds: gauge('Age of the oldest row in the outbox that the relay is to move', []),
  outbox_published_total: counter('Outbox rows published', ['topic']),
  outbox_parked_total: counter('Outbox rows set aside after repeated failure', ['topic']),
  relay_publish_seconds: histogram('Time to publish one relay batch', [], workSeconds),
  relay_batch_size: histogram('Outbox rows per relay batch', [], batchItems),
  relay_leading: gauge('1 while this process holds the relay lock of the shard', ['shard']),
  event_publish_delay_seconds: histogram(
    'From the commit of a fact to its place in the topic',
    [],
    delaySeconds,
  ),

  // Directory: queries.
  query_seconds: histogram('Time of one query of the query API', ['kind'], workSeconds),
  queries_refused_total: counter('Queries refused because too many wait', ['kind']),

  // Kafka clients.
  records_invalid_total: counter('Records published although they break the schema of their topic', [
    'topic',
  ]),
  consumer_lag_messages: gauge('Messages not yet handled', ['topic', 'partition']),
  consumer_lag_seconds: gauge('Age of the oldest message not yet handled', ['topic', 'partition']),
  consumer_batches_total: counter('Batches handed out by the client', ['topic']),
  consumer_messages_total: counter('Messages handled', ['topic', 'result']),
  consumer_rebalances_total: counter('Times the consumer joined its group', ['group']),
  consumer_crashes_total: counter('Times a consumer gave up', ['group']),
  producer_send_seconds: histogram('Time of one produce request', ['topic'], workSeconds),
  producer_batch_size: histogram('Messages per produce request', ['topic'], batchItems),
  producer_failures_total: counter('Produce requests that failed', ['topic', 'reason']),
  dead_letters_total: counter('Messages set aside', ['topic', 'reason']),

  // Postgres.
  db_pool_connections: gauge('Connections of the pool', ['pool', 'state']),
  db_pool_waiting: gauge('Callers that wait for a connection', ['pool']),
  db_pool_wait_seconds: histogram('Time until a connection was free', ['pool'], workSeconds),
  db_connections_lost_total: counter('Connections lost while idle or in use', ['pool']),
  db_transaction_seconds: histogram('Time of one transaction', ['pool'], workSeconds),
  db_errors_total: counter('Statements that failed', ['pool', 'kind']),

  // Notifier.
  mails_total: counter('Delivery attempts of mails', ['outcome']),
  mail_seconds: histogram('Time of one delivery attempt', [], delaySeconds),
  mails_waiting: gauge('Mails to be delivered', []),
  notification_delay_seconds: histogram('From a failure to the mail that covers it', [], delaySeconds),
  failures_consumed_total: counter('Provisioning failures read', ['cause']),

  // Every process.
  event_loop_delay_seconds: gauge('Delay of the event loop since the last scrape', ['quantile']),
  ready: gauge('1 while the process reports ready', []),
  build_info: gauge('Always 1; the labels say what runs', ['version', 'node']),
} as const satisfies Readonly<Record<string, MetricDefinition>>;

export type MetricDefinitions = typeof metricDefinitions;
/** Name of a declared metric, without the prefix. */
export type MetricName = keyof MetricDefinitions;
/** Names of the declared metrics of one type. */
export type MetricNameOf<Type extends MetricDefinition['type']> = {
  [Name in MetricName]: MetricDefinitions[Name]['type'] extends Type ? Name : never;
}[MetricName];

type LabelDeclaration<Name extends MetricName> = MetricDefinitions[Name]['labels'][number];
type OptionalLabel<Declaration extends string> = Declaration extends `${infer Label}?` ? Label : never;
type RequiredLabel<Declaration extends string> = Declaration extends `${string}?` ? never : Declaration;

/** The labels that one metric takes; `never` when it has none. */
export type MetricLabels<Name extends MetricName> = [LabelDeclaration<Name>] extends [never]
  ? never
  : Readonly<Record<RequiredLabel<LabelDeclaration<Name>>, string | number>> &
      Readonly<Partial<Record<OptionalLabel<LabelDeclaration<Name>>, string | number>>>;

/** The label names of a metric as they appear in the exposition. */
export function labelNamesOf(name: MetricName): string[] {
  const labels: readonly string[] = metricDefinitions[name].labels;
  return labels.map((label) => (label.endsWith('?') ? label.slice(0, -1) : label));
}
