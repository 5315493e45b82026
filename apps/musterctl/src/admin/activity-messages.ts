import { Answer } from './admin-messages.js';

/** One thing that a connector asked for, and what became of it. Times are ISO 8601. */
export interface ActivityEntry {
  readonly commandId: string;
  readonly receivedAt: string;
  readonly decidedAt: string;
  readonly operation: string;
  /** Null for a bulk request: its parts have entries of their own. No id: it was to be created, and was refused. */
  readonly resource: { readonly type: string; readonly id: string | null } | null;
  readonly outcome: string;
  /** Of the resource, afterwards; null where nothing was applied. */
  readonly version: number | null;
  readonly changed: boolean | null;
  /** Why it had no effect; null where it was applied. */
  readonly failure: {
    readonly cause: string;
    /** Of the HTTP answer. */
    readonly status: number;
    readonly detail: string;
    readonly remedy: string;
  } | null;
  /** What was passed over in the request, each with a sentence. */
  readonly warnings: readonly { readonly kind: string; readonly path: string; readonly text: string }[];
  /** The client was gone before its answer. */
  readonly undelivered: boolean;
  readonly requestId: string;
  /** Null where the gateway refused the request. */
  readonly tokenId: string | null;
}

export interface ActivityPage {
  readonly entries: readonly ActivityEntry[];
  /** `before` of the page that follows; null at the end. */
  readonly next: string | null;
}

/** Which entries of a tenant to show. */
export interface ActivityQuery {
  readonly limit: number;
  readonly before?: string;
  /** SCIM id. */
  readonly resource?: string;
  readonly outcome?: 'failed';
  readonly warnings?: true;
}

export function parseActivityPage(value: unknown): ActivityPage {
  const answer = new Answer(value);
  return { entries: answer.list('entries').map(entryOf), next: answer.optionalText('next') ?? null };
}

function entryOf(value: unknown): ActivityEntry {
  const entry = new Answer(value);
  return {
    commandId: entry.text('commandId'),
    receivedAt: entry.text('receivedAt'),
    decidedAt: entry.text('decidedAt'),
    operation: entry.text('operation'),
    resource: entry.has('resource') ? resourceOf(entry.member('resource')) : null,
    outcome: entry.text('outcome'),
    version: entry.has('version') ? Number(entry.member('version')) : null,
    changed: entry.has('changed') ? entry.flag('changed') : null,
    failure: entry.has('failure') ? failureOf(entry.member('failure')) : null,
    warnings: entry.list('warnings').map(warningOf),
    undelivered: entry.flag('undelivered'),
    requestId: entry.text('requestId'),
    tokenId: entry.optionalText('tokenId') ?? null,
  };
}

function resourceOf(value: unknown): ActivityEntry['resource'] {
  const resource = new Answer(value);
  return { type: resource.text('type'), id: resource.optionalText('id') ?? null };
}

function failureOf(value: unknown): ActivityEntry['failure'] {
  const failure = new Answer(value);
  return {
    cause: failure.text('cause'),
    status: Number(failure.member('status')),
    detail: failure.text('detail'),
    remedy: failure.text('remedy'),
  };
}

function warningOf(value: unknown): ActivityEntry['warnings'][number] {
  const warning = new Answer(value);
  return { kind: warning.text('kind'), path: warning.text('path'), text: warning.text('text') };
}
