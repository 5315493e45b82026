import type { ReadOptions, ResourcePlace } from '@muster/contracts';
import { DatabaseError, type Database, type Session, type SqlResult } from '@muster/persistence';
import { tooMany } from '@muster/scim';
import type {
  Interleaving,
  InterleavingRequest,
  KindInterleaver,
  Page,
  PageRequest,
  ResourceReader,
  ResourceSelection,
} from '../../application/resource-reader.js';
import type { ResourceKey } from '../../domain/resource-query.js';
import { sourceAt } from './resource-source.js';
import { interleavingStatement } from './interleaving-statement.js';
import {
  countStatement,
  membersOfGroups,
  pageStatement,
  readStatement,
  type Statement,
} from './resource-statements.js';
import { StatementShapes } from './statement-shapes.js';

export interface PostgresResourceReaderOptions {
  readonly database: Database;
  /** A small pool with a statement timeout of its own, for what looks at every resource of a tenant. */
  readonly scanDatabase: Database;
}

interface ResourceRow {
  readonly id: string;
  readonly seq: number;
  readonly version: number;
  readonly created_at: Date;
  readonly last_modified: Date;
  /** JSON text. */
  readonly document: string;
  readonly member_count?: number;
  /** JSON text of `groups` or `members`; null where there are none. */
  readonly refs?: string | null;
  readonly manager_name?: string | null;
  /** Resources that the page was to have; the same in every row, as is the total. */
  readonly chosen?: number;
  readonly total?: number;
}

/** A kind in a sorted list of several: how many there are, how many before the page, and the places on it. */
interface InterleavedRow {
  readonly kind: number;
  readonly total: number;
  readonly before: number;
  readonly places: readonly number[] | null;
}

/** Members on one page of groups at the most (one group alone may have more). */
const MEMBERS_PER_PAGE_MAX = 100_000;

export class PostgresResourceReader implements ResourceReader, KindInterleaver {
  private readonly shapes = new StatementShapes();

  constructor(private readonly options: PostgresResourceReaderOptions) {}

  async read(key: ResourceKey, options: ReadOptions): Promise<string | null> {
    const { name, text, values } = readStatement(key, options);
    const session = tenantSession(this.options.database, key.tenantId);
    const { rows } = await session.query<ResourceRow>(name, text, values);
    if (rows[0] === undefined) return null;
    return render(key.place, rows[0], options.withReferences ? (rows[0].refs ?? null) : undefined);
  }

  async page(request: PageRequest): Promise<Page> {
    const statement = pageStatement(sourceAt(request.place, request.resourceType), request);
    return this.bounded(statement, (database) =>
      request.place === 'groups' && request.withReferences
        ? database.read(request.tenantId, (session) => this.pageOfGroups(session, request, statement))
        : this.plainPage(database, request, statement),
    );
  }

  async count(selection: ResourceSelection): Promise<number> {
    const statement = countStatement(sourceAt(selection.place, selection.resourceType), selection);
    return this.bounded(statement, async (database) => {
      const [row] = await this.send<{ total: number }>(
        tenantSession(database, selection.tenantId),
        statement,
      );
      return row?.total ?? 0;
    });
  }

  async interleave(request: InterleavingRequest): Promise<Interleaving> {
    const statement = interleavingStatement(request);
    const { selections, offset } = request;
    const before = selections.map(() => 0);
    const order: number[] = [];
    let totalResults = 0;
    const [first] = selections;
    if (first === undefined) return { totalResults, before, order };
    await this.bounded(statement, async (database) => {
      const rows = await this.send<InterleavedRow>(tenantSession(database, first.tenantId), statement);
      for (const { kind, total, before: passedOver, places } of rows) {
        totalResults += total;
        before[kind] = passedOver;
        for (const place of places ?? []) order[place - offset - 1] = kind;
      }
    });
    return { totalResults, before, order };
  }

  /** One statement, one round trip. */
  private async plainPage(
    database: Database,
    { place, tenantId, withReferences }: PageRequest,
    statement: Statement,
  ): Promise<Page> {
    const rows = await this.send<ResourceRow>(tenantSession(database, tenantId), statement);
    const resources = rows.map((row) => ({
      seq: row.seq,
      json: render(place, row, withReferences ? (row.refs ?? null) : undefined),
    }));
    return { resources, total: rows[0]?.total ?? null, cut: rows.length < (rows[0]?.chosen ?? 0) };
  }

  /** Members are read once it is known how many they are: a page of large groups is cut short. */
  private async pageOfGroups(session: Session, request: PageRequest, statement: Statement): Promise<Page> {
    const rows = await this.send<ResourceRow>(session, statement);
    const kept = rowsWithin(rows, MEMBERS_PER_PAGE_MAX);
    const members = new Map<string, string>();
    const populated = kept.filter((row) => (row.member_count ?? 0) > 0).map((row) => row.id);
    if (populated.length > 0) {
      const found = await session.query<{ id: string; refs: string }>('groups.members', membersOfGroups, [
        request.tenantId,
        populated,
      ]);
      for (const { id, refs } of found.rows) members.set(id, refs);
    }
    const resources = kept.map((row) => ({
      seq: row.seq,
      json: render('groups', row, members.get(row.id) ?? null),
    }));
    return { resources, total: rows[0]?.total ?? null, cut: kept.length < (rows[0]?.chosen ?? 0) };
  }

  private async send<Row>(
    session: Pick<Session, 'query'>,
    { name, text, values }: Statement,
  ): Promise<Row[]> {
    const shape = this.shapes.nameOf(name, text);
    const { rows } = await session.query<Row>(shape ?? name, text, values, { prepare: shape !== null });
    return rows;
  }

  /** Sends scans to their own pool, where they can only starve each other. */
  private async bounded<Result>(
    { scans }: Statement,
    work: (database: Database) => Promise<Result>,
  ): Promise<Result> {
    if (!scans) return work(this.options.database);
    try {
      return await work(this.options.scanDatabase);
    } catch (error) {
      // The same filter takes as long again: 400, which tells the client to ask for less, and not 503.
      if (error instanceof DatabaseError && error.kind === 'statement-timeout') {
        throw tooMany(
          'The query takes too long. Filter or sort by userName, externalId, an e-mail address or displayName.',
        );
      }
      throw error;
    }
  }
}

/**
 * Statements of one tenant, each by itself in one round trip. After a restart of the server every idle connection may be
 * dead, so a lost one is tried once more on another: a read may simply be done again.
 */
function tenantSession(database: Database, tenantId: string): Pick<Session, 'query'> {
  return {
    query: async <Row>(...statement: Parameters<Session['query']>): Promise<SqlResult<Row>> => {
      try {
        return await database.queryTenant<Row>(tenantId, ...statement);
      } catch (error) {
        if (!(error instanceof DatabaseError) || error.kind !== 'connection') throw error;
        return database.queryTenant<Row>(tenantId, ...statement);
      }
    },
  };
}

/** As many rows from the start as have no more than `membersMax` members between them, at least one. */
function rowsWithin(rows: readonly ResourceRow[], membersMax: number): readonly ResourceRow[] {
  let members = 0;
  const end = rows.findIndex((row, position) => {
    members += row.member_count ?? 0;
    return position > 0 && members > membersMax;
  });
  return end === -1 ? rows : rows.slice(0, end);
}

/** What is kept in rows of its own, and shown as part of the resource. */
const referenceAttributes = new Map<ResourcePlace, string>([
  ['users', 'groups'],
  ['groups', 'members'],
]);

/** A `StoredResource` whose document and references are JSON already; `refs` undefined: not asked for. */
function render(place: ResourcePlace, row: ResourceRow, refs: string | null | undefined): string {
  const attribute = referenceAttributes.get(place);
  const references = refs === undefined || attribute === undefined ? '' : `,"${attribute}":${refs ?? '[]'}`;
  const manager = row.manager_name ?? null;
  const managerName = manager === null ? '' : `,"managerName":${JSON.stringify(manager)}`;
  return `{"id":"${row.id}","version":${row.version},"createdAt":"${row.created_at.toISOString()}","lastModified":"${row.last_modified.toISOString()}","document":${row.document}${references}${managerName}}`;
}
