import { parseUuid, type QueryRequest, type ResourceId } from '@muster/contracts';
import {
  findAttribute,
  invalidPath,
  parseListQuery,
  parseSearchRequest,
  printReference,
  resolveFilter,
  type ListQuery,
  type ResourceType,
} from '@muster/scim';
import type { ResourceDirectory } from '../../queries/resource-directory.js';
import type { Admission } from '../admission.js';
import type { Endpoint } from '../endpoints.js';
import type { Answer, Exchange } from '../http/exchange.js';
import { entityTag, isUnchanged } from '../http/preconditions.js';
import type { RequestBodies } from '../http/request-bodies.js';
import {
  notFound,
  resourceHeaders,
  type ResourceRendering,
  type View,
} from '../rendering/resource-rendering.js';

export interface ResourceReadsParts {
  readonly admission: Admission;
  readonly bodies: RequestBodies;
  readonly directory: ResourceDirectory;
  readonly rendering: ResourceRendering;
}

/** A search is a query, and queries are short; RFC 7644 section 3.4.3. */
export const SEARCH_BYTES_MAX = 64 * 1024;

/** GET of one resource, lists, and searches. Nothing here changes anything, and nothing is answered from memory. */
export class ResourceReads {
  constructor(private readonly parts: ResourceReadsParts) {}

  /** RFC 7644 section 3.4.1. */
  async read(exchange: Exchange, endpoint: Endpoint, id: string): Promise<Answer> {
    const { tenantId } = await this.parts.admission.admit(exchange);
    const resourceId = parseUuid<ResourceId>(id);
    if (resourceId === null) throw notFound(id);
    const view = this.parts.rendering.viewOf(endpoint, exchange.request.query);
    const stored = await this.parts.directory.read(
      tenantId,
      endpoint.plural,
      resourceId,
      view.wantsReferences,
      exchange.trace,
    );
    if (stored === null) throw notFound(id);
    if (isUnchanged(exchange.request.headers['if-none-match'], stored.version)) {
      return { status: 304, headers: { etag: entityTag(stored.version) } };
    }
    const location = this.parts.rendering.locationOf(endpoint, stored.id);
    return {
      status: 200,
      headers: resourceHeaders(location, stored.version),
      body: this.parts.rendering.render(endpoint, stored, view),
    };
  }

  /** RFC 7644 section 3.4.2. */
  async list(exchange: Exchange, endpoint: Endpoint): Promise<Answer> {
    await this.parts.admission.admit(exchange);
    const query = parseListQuery(exchange.request.query as Readonly<Record<string, unknown>>);
    return this.page(exchange, endpoint, query);
  }

  /** The same with the query in the body, where it stays out of logs on the way (RFC 7644 section 3.4.3). */
  async search(exchange: Exchange, endpoint: Endpoint): Promise<Answer> {
    await this.parts.admission.admit(exchange);
    const body = await this.parts.bodies.readJson(exchange, SEARCH_BYTES_MAX);
    return this.page(exchange, endpoint, parseSearchRequest(body));
  }

  private async page(exchange: Exchange, endpoint: Endpoint, query: ListQuery): Promise<Answer> {
    const { credential } = exchange;
    if (credential === undefined) throw new Error('a page is asked for before the request was admitted');
    const view = this.parts.rendering.viewOfParameters(endpoint, query);
    const request = queryRequestOf(query, endpoint.resourceType, view);
    const page = await this.parts.directory.query(
      credential.tenantId,
      endpoint.plural,
      request,
      exchange.trace,
    );
    const startIndex = query.cursor === undefined ? query.startIndex : undefined;
    return { status: 200, body: this.parts.rendering.renderPage(endpoint, page, view, startIndex) };
  }
}

/**
 * What the directory is asked. The filter is checked against the schema here, so that one which cannot be answered is
 * refused and never means "everything"; it travels as it was parsed, and the directory resolves it by its own schema.
 */
function queryRequestOf(query: ListQuery, resourceType: ResourceType, view: View): QueryRequest {
  if (query.filter !== undefined) resolveFilter(query.filter, resourceType);
  return {
    ...(query.filter === undefined ? {} : { filter: query.filter }),
    ...(query.sortBy === undefined
      ? {}
      : { sortBy: sortedBy(query.sortBy, resourceType), sortOrder: query.sortOrder }),
    startIndex: query.startIndex,
    count: query.count,
    ...(query.cursor === undefined ? {} : { cursor: query.cursor }),
    withReferences: view.wantsReferences,
  };
}

/** The canonical name of the attribute to sort by. */
function sortedBy(reference: NonNullable<ListQuery['sortBy']>, resourceType: ResourceType): string {
  const found = findAttribute(resourceType, reference);
  if (found?.kind !== 'attribute') throw invalidPath('sortBy names an attribute that does not exist.');
  return printReference({
    ...(found.extension === undefined ? {} : { schema: found.extension.id }),
    attribute: found.definition.name,
    ...(found.subDefinition === undefined ? {} : { subAttribute: found.subDefinition.name }),
  });
}
