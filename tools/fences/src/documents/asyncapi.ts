import { FAILURES_TOPIC, factTypes, kindOfFact, schemaFiles, topicContracts } from '@muster/contracts';

/** Where the document lies, relative to the root of the repository. */
export const ASYNCAPI_PAGE = 'docs/reference/asyncapi.json';

type PublishedTopic = keyof typeof schemaFiles;

const texts: Readonly<Record<PublishedTopic, string>> = {
  'directory.user.events.v1': 'What happened to users. Key tenant:id, in the order of versions per user.',
  'directory.user.state.v1': 'Users as they are now; compacted, a record without a value means deleted.',
  'directory.group.events.v1': 'What happened to groups; members as deltas of at most 500, cut into parts.',
  'directory.group.state.v1': 'Groups as they are now, without members; compacted.',
  'directory.resource.events.v1':
    'What happened to resources of the types that tenants registered. Key tenant:id, in the order of versions per resource.',
  'directory.resource.state.v1': 'Those resources as they are now; compacted.',
  'provisioning.failures.v1': 'Provisioning requests that did not take effect.',
};

/** `directory.user.events.v1` as a name that a document may use as a key. */
function channelId(topic: string): string {
  return topic.replaceAll(/[.-]/g, '_');
}

function typesOf(topic: PublishedTopic): readonly string[] {
  if (topic === FAILURES_TOPIC) return ['provisioning.failed.v1'];
  return factTypes.filter((type) => topic.startsWith(`directory.${kindOfFact(type)}.`));
}

function headersOf(topic: PublishedTopic) {
  return {
    type: 'object',
    required: ['content-type', 'ce_specversion', 'ce_id', 'ce_source', 'ce_type', 'ce_subject', 'ce_time'],
    properties: {
      'content-type': { const: 'application/json' },
      ce_specversion: { const: '1.0' },
      ce_id: { type: 'string', description: 'The same for the same record sent again.' },
      ce_type: { enum: typesOf(topic) },
      ce_tenantid: { type: 'string', format: 'uuid' },
      traceparent: { type: 'string', description: 'W3C trace context, when the request was traced.' },
    },
  };
}

const LIST_SETTINGS = new Set(['cleanup.policy']);

function configurationOf(topic: string): Record<string, unknown> {
  const config = topicContracts.find((each) => each.topic === topic)?.config ?? {};
  const known = ['cleanup.policy', 'retention.ms', 'delete.retention.ms', 'max.message.bytes'];
  const entries = Object.entries(config).filter(([name]) => known.includes(name));
  return Object.fromEntries(
    entries.map(([name, value]) => [name, LIST_SETTINGS.has(name) ? value.split(',') : Number(value)]),
  );
}

function channelOf(topic: PublishedTopic) {
  return {
    address: topic,
    description: texts[topic],
    messages: {
      record: {
        name: topic,
        contentType: 'application/json',
        headers: headersOf(topic),
        payload: {
          schemaFormat: 'application/schema+json;version=draft-07',
          schema: { $ref: `../../libs/contracts/schemas/${schemaFiles[topic]}` },
        },
        bindings: {
          kafka: { key: { type: 'string', description: 'tenant:id' }, bindingVersion: '0.5.0' },
        },
      },
    },
    bindings: {
      kafka: {
        topic,
        partitions: topicContracts.find((each) => each.topic === topic)?.partitions,
        topicConfiguration: configurationOf(topic),
        bindingVersion: '0.5.0',
      },
    },
  };
}

/** The topics that are open to others, as an AsyncAPI 3.0 document. */
export function asyncApiDocument(version: string): object {
  const topics = Object.keys(schemaFiles) as PublishedTopic[];
  const refOf = (topic: string) => `#/channels/${channelId(topic)}`;
  return {
    asyncapi: '3.0.0',
    info: {
      title: 'Muster events',
      version,
      description:
        'CloudEvents 1.0, Kafka binding, binary mode. At least once; see events.md for order and repeats.',
      license: { name: 'Apache-2.0' },
    },
    defaultContentType: 'application/json',
    channels: Object.fromEntries(topics.map((topic) => [channelId(topic), channelOf(topic)])),
    operations: Object.fromEntries(
      topics.map((topic) => [
        `publish_${channelId(topic)}`,
        { action: 'send', channel: { $ref: refOf(topic) } },
      ]),
    ),
  };
}
