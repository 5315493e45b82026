import { DatabaseError, type Database, type Session } from '@muster/persistence';
import { tooMany } from '@muster/scim';
import type { Page, PageRequest, RenderedResource, ResourceReader, ResourceSelection } from '../../application/resource-reader.js';
import type { ResourceKey, ResourceKind } from '../../domain/resource-query.js';
import { groupSource, userSource, type ResourceSource } from './resource-source.js';
import { countStatement, membersOfGroups, pageStatement, readStatement, totalStatement, type Statement } from './resource-statements.js';

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
}

/** Members on one page of groups at the most (one group alone may have more). */
const MEMBERS_PER_PAGE_MAX = 100_000;
/** Shapes of statements that are kept prepared; what comes on top is parsed each time. */
const SHAPES_MAX = 200;

const sources: Readonly<Record<ResourceKind, ResourceSource>> = { users: userSource, groups: groupSource };

export class PostgresResourceReader implements ResourceReader {
  private readonly shapes = new Set<string>();

  constructor(private readonly options: PostgresResourceReaderOptions) {}

  async read(key: ResourceKey, withReferences: boolean): Promise<string | null> {
    const { name, text, values } = readStatement(sources[key.kind], key.id, key.tenantId, withReferences);
    const { rows } = await this.options.database.queryTenant<ResourceRow>(key.tenantId, name, text, values);
    return rows[0] === undefined ? null : render(key.kind, rows[0], withReferences ? (rows[0].refs ?? null) : undefined);
  }

  async page(request: PageRequest): Promise<Page> {
    const source = sources[request.kind];
    const statement = pageStatement(source, request);
    const total = request.withTotal && request.filter === null ? totalStatement(source, request.tenantId) : null;
    return this.bounded(statement, (database) =>
      database.read(request.tenantId, async (session) => {
        const [page, counted] = await Promise.all([
          this.send<ResourceRow>(session, statement),
          total === null ? null : this.send<{ total: number }>(session, total),
        ]);
        const rendered = await this.renderPage(session, request, page);
        return { ...rendered, total: counted?.[0]?.total ?? null };
      }),
    );
  }

  async count(selection: ResourceSelection): Promise<number> {
    const statement = countStatement(sources[selection.kind], selection);
    return this.bounded(statement, async (database) => {
      const prepare = this.isKept(statement.name);
      const { name, text, values } = statement;
      const { rows } = await database.queryTenant<{ total: number }>(selection.tenantId, name, text, values, { prepare });
      return rows[0]?.total ?? 0;
    });
  }

  private async renderPage(
    session: Session,
    request: PageRequest,
    rows: readonly ResourceRow[],
  ): Promise<{ resources: RenderedResource[]; cut: boolean }> {
    const { kind, withReferences } = request;
    if (kind === 'users' || !withReferences) {
      const resources = rows.map((row) => ({
        seq: row.seq,
        json: render(kind, row, withReferences ? (row.refs ?? null) : undefined),
      }));
      return { resources, cut: false };
    }
    const kept = rowsWithin(rows, MEMBERS_PER_PAGE_MAX);
    const members = new Map<string, string>();
    const populated = kept.filter((row) => (row.member_count ?? 0) > 0).map((row) => row.id);
    if (populated.length > 0) {
      const found = await session.query<{ id: string; refs: string }>('groups.members', membersOfGroups, [request.tenantId, populated]);
      for (const { id, refs } of found.rows) members.set(id, refs);
    }
    const resources = kept.map((row) => ({ seq: row.seq, json: render(kind, row, members.get(row.id) ?? null) }));
    return { resources, cut: kept.length < rows.length };
  }

  private async send<Row>(session: Session, { name, text, values }: Statement): Promise<Row[]> {
    const { rows } = await session.query<Row>(name, text, values, { prepare: this.isKept(name) });
    return rows;
  }

  private isKept(name: string): boolean {
    if (this.shapes.has(name)) return true;
    if (this.shapes.size >= SHAPES_MAX) return false;
    this.shapes.add(name);
    return true;
  }

  /** Sends scans to their own pool, where they can only starve each other. */
  private async bounded<Result>({ scans }: Statement, work: (database: Database) => Promise<Result>): Promise<Result> {
    if (!scans) return work(this.options.database);
    try {
      return await work(this.options.scanDatabase);
    } catch (error) {
      // The same filter takes as long again: 400, which tells the client to ask for less, and not 503.
      if (error instanceof DatabaseError && error.kind === 'statement-timeout') {
        throw tooMany('The query takes too long. Filter or sort by userName, externalId, an e-mail address or displayName.');
      }
      throw error;
    }
  }
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

/** A `StoredResource` whose document and references are JSON already; `refs` undefined: not asked for. */
function render(kind: ResourceKind, row: ResourceRow, refs: string | null | undefined): string {
  const references = refs === undefined ? '' : `,"${kind === 'users' ? 'groups' : 'members'}":${refs ?? '[]'}`;
  return `{"id":"${row.id}","version":${row.version},"createdAt":"${row.created_at.toISOString()}","lastModified":"${row.last_modified.toISOString()}","document":${row.document}${references}}`;
}
