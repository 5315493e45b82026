import { createInboxTable, createRoleIfMissing, enableTenantIsolation } from '@muster/persistence';
import type { MigrationInterface, QueryRunner } from 'typeorm';

/** One row per failure group: the failures that are one trouble, and the latest mail about it. */
const incidents = `
  create table notifier.incidents (
    tenant_id uuid not null,
    incident_id uuid not null,
    cause text not null,
    grouping_key text collate "C" not null check (octet_length(grouping_key) <= 1024),
    opened_at timestamptz(3) not null,
    last_failure_at timestamptz(3) not null,
    failure_count integer not null check (failure_count > 0),
    mail_sequence integer not null check (mail_sequence > 0),
    mail_gathering boolean not null,
    mail_quiet_until timestamptz(3) not null,
    mail_failure_count integer not null,
    mail_subject_count integer not null default 0,
    primary key (tenant_id, incident_id),
    constraint incidents_by_group unique (tenant_id, cause, grouping_key)
  ) with (fillfactor = 70);

  -- Users and groups that a mail covers, each once. Names are personal data: they go with the next mail of the incident.
  create table notifier.incident_subjects (
    tenant_id uuid not null,
    incident_id uuid not null,
    sequence integer not null,
    kind text not null check (kind in ('user', 'group')),
    subject_key text collate "C" not null check (octet_length(subject_key) <= 1024),
    name text not null,
    detail text not null,
    request_id text not null,
    traceparent text,
    occurred_at timestamptz(3) not null,
    primary key (tenant_id, incident_id, sequence, kind, subject_key)
  );
`;

/** One row per mail, and one per attempt to send it. */
const deliveries = `
  create table notifier.deliveries (
    tenant_id uuid not null,
    incident_id uuid not null,
    sequence integer not null check (sequence > 0),
    kind text not null check (kind in ('opened', 'continued')),
    state text not null default 'scheduled' check (state in ('scheduled', 'sent', 'parked', 'suppressed')),
    reason text,
    content jsonb,
    recipient text,
    message_id text,
    attempts integer not null default 0,
    first_attempt_at timestamptz(3),
    due_at timestamptz(3) not null,
    created_at timestamptz(3) not null default now(),
    settled_at timestamptz(3),
    primary key (tenant_id, incident_id, sequence)
  );
  create index deliveries_by_creation on notifier.deliveries (tenant_id, created_at desc);

  create table notifier.delivery_attempts (
    tenant_id uuid not null,
    attempt_id bigint generated always as identity,
    incident_id uuid not null,
    sequence integer not null,
    attempted_at timestamptz(3) not null,
    duration_ms integer not null,
    outcome text not null check (outcome in ('accepted', 'deferred', 'refused')),
    smtp_code smallint,
    response text not null check (octet_length(response) <= 2048),
    primary key (tenant_id, incident_id, sequence, attempt_id)
  );
`;

/**
 * What is due next, for all tenants. Whoever looks for due mails cannot know their tenants beforehand, so this table alone
 * is outside of row-level security, and holds nothing but ids and times; what a mail says is read afterwards, with its one
 * tenant listed. A policy that opens \`deliveries\` to the scanning role, or a function with its owner's rights, would have
 * put names and addresses of every tenant within reach of one careless statement (and under forced row-level security such
 * a function only works for an owner that bypasses it).
 *
 * \`due_at\` is also the lease: a claim moves it to when somebody else may try.
 */
const schedule = `
  create table notifier.delivery_schedule (
    tenant_id uuid not null,
    incident_id uuid not null,
    sequence integer not null,
    due_at timestamptz(3) not null,
    claim_id uuid,
    primary key (tenant_id, incident_id, sequence)
  ) with (fillfactor = 70, autovacuum_vacuum_scale_factor = 0.01, autovacuum_vacuum_threshold = 1000);
  create index delivery_schedule_by_due on notifier.delivery_schedule (due_at);
`;

const grants = `
  grant usage on schema notifier to muster_notifier;
  grant select, insert, update, delete on notifier.incidents, notifier.incident_subjects, notifier.deliveries,
    notifier.delivery_attempts, notifier.delivery_schedule, notifier.inbox to muster_notifier;
`;

const isolated = ['incidents', 'incident_subjects', 'deliveries', 'delivery_attempts'];

export class CreateNotifierTables1795400000000 implements MigrationInterface {
  readonly name = 'CreateNotifierTables1795400000000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(createRoleIfMissing('muster_notifier'));
    for (const statements of [incidents, deliveries, schedule, createInboxTable('notifier.inbox'), grants])
      await runner.query(statements);
    for (const table of isolated) await runner.query(enableTenantIsolation(`notifier.${table}`));
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`
      drop table notifier.incidents, notifier.incident_subjects, notifier.deliveries, notifier.delivery_attempts,
        notifier.delivery_schedule, notifier.inbox`);
  }
}
