import {
  causeOf,
  COMMANDS_TOPIC,
  decodeFact,
  decodeFailure,
  FAILURES_TOPIC,
  GROUP_EVENTS_TOPIC,
  GROUP_STATE_TOPIC,
  USER_EVENTS_TOPIC,
  USER_STATE_TOPIC,
} from '@muster/contracts';
import { type ReceivedRecord } from '@muster/messaging';
import {
  type FinalGroup,
  type FinalState,
  type FinalUser,
  type SeenFact,
  type SeenMail,
  type SeenState,
} from '../history/final-state.js';
import { type TappedTopic } from './log-tap.js';
import { type SystemWorld, type TestTenant } from './system-world.js';

/** What a tenant's part of the database, the log and the mail comes to at this moment. */
export async function readFinalState(world: SystemWorld, tenant: TestTenant): Promise<FinalState> {
  const { tenantId } = tenant;
  const ofTenant = (topic: TappedTopic): ReceivedRecord[] =>
    world.tap.records(topic).filter(({ headers }) => headers.ce_tenantid === tenantId);
  // The log first: what is stored later than it was read would look like a fact from nowhere.
  const stored = await readStored(world, tenantId);
  const commands = ofTenant(COMMANDS_TOPIC).map(({ headers }) => headers.ce_id ?? '');
  const list = await tenant.client.get('/Users?count=0');
  const failures = ofTenant(FAILURES_TOPIC).map(decodeFailure);
  return {
    ...stored,
    totalUsers: Number(list.body['totalResults']),
    userFacts: factsOf(ofTenant(USER_EVENTS_TOPIC)),
    groupFacts: factsOf(ofTenant(GROUP_EVENTS_TOPIC)),
    userStates: statesOf(ofTenant(USER_STATE_TOPIC)),
    groupStates: statesOf(ofTenant(GROUP_STATE_TOPIC)),
    undecidedCommands: commands.filter((id) => !stored.decided.has(id)),
    failures: failures.filter(({ cause }) => causeOf(cause).notifies),
  };
}

type Stored = Pick<FinalState, 'users' | 'groups' | 'outboxRows' | 'mails'> & {
  readonly decided: ReadonlySet<string>;
};

async function readStored({ database }: SystemWorld, tenantId: string): Promise<Stored> {
  const query = async <Row extends object>(sql: string): Promise<Row[]> => {
    const { rows } = await database.query<Row>(sql, [tenantId]);
    return rows;
  };
  const users = await query<FinalUser>(
    `select id, document->>'userName' as "userName", document->>'displayName' as "displayName", version
     from directory.users where tenant_id = $1`,
  );
  const groups = await query<FinalGroup>(
    `select id, document->>'displayName' as "displayName", version,
       array(select member_id::text from directory.group_members m where m.tenant_id = g.tenant_id and m.group_id = g.id) as members
     from directory.groups g where tenant_id = $1`,
  );
  const decided = await query<{ id: string }>(
    `select id from directory.operations where tenant_id = $1 and state <> 'claimed'`,
  );
  const outbox = await query<{ rows: number }>(
    `select (select count(*) from directory.outbox where tenant_id = $1)::int
       + (select count(*) from directory.outbox_parked where tenant_id = $1)::int as rows`,
  );
  const mails = await query<SeenMail>(
    `select i.cause, i.grouping_key as "groupingKey", d.state, coalesce((d.content->>'failureCount')::int, 0) as "failureCount"
     from notifier.deliveries d join notifier.incidents i on i.tenant_id = d.tenant_id and i.incident_id = d.incident_id
     where d.tenant_id = $1`,
  );
  return {
    users,
    groups,
    mails,
    decided: new Set(decided.map(({ id }) => id)),
    outboxRows: outbox[0]?.rows ?? 0,
  };
}

function factsOf(records: readonly ReceivedRecord[]): Map<string, SeenFact[]> {
  return Map.groupBy(records.map(seenFact), ({ id }) => id);
}

function seenFact(record: ReceivedRecord): SeenFact & { readonly id: string } {
  const fact = decodeFact(record);
  const kind = fact.type.endsWith('.created.v1')
    ? 'created'
    : fact.type.endsWith('.deleted.v1')
      ? 'deleted'
      : 'changed';
  return {
    ...{
      id: fact.resourceId,
      factId: fact.factId,
      version: fact.version,
      part: fact.part,
      parts: fact.parts,
      kind,
    },
    displayName: textOf(fact.resource?.['displayName']),
    added: fact.members?.added ?? [],
    removed: fact.members?.removed ?? [],
  };
}

/** The last record of each key: what compaction leaves. */
function statesOf(records: readonly ReceivedRecord[]): Map<string, SeenState | null> {
  return new Map(
    records.map(({ key, value }) => [
      key?.slice(key.indexOf(':') + 1) ?? '',
      value === null ? null : seenState(value),
    ]),
  );
}

function seenState(value: Buffer): SeenState {
  const { version, resource } = JSON.parse(value.toString()) as {
    version: number;
    resource: Record<string, unknown>;
  };
  return { version, displayName: textOf(resource['displayName']) };
}

function textOf(value: unknown): string | null {
  return typeof value === 'string' ? value : null;
}
