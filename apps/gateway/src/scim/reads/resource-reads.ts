import { parseUuid, type QueryRequest, type ReadOptions, type ResourceId } from '@muster/contracts';
import { parseListQuery, parseSearchRequest, resolveFilter, type ListQuery } from '@muster/scim';
import { schemasOf } from '../../endpoints/endpoints.js';
import type { ResourceDirectory } from '../../queries/resource-directory.js';
import type { Admission, Admitted, EndpointChoice } from '../admission.js';
import type { Answer, Exchange } from '../http/exchange.js';
import { entityTag, isUnchanged } from '../http/preconditions.js';
import type { RequestBodies } from '../http/request-bodies.js';
import {
  notFound,
  resourceHeaders,
  type ResourceRendering,
  type View,
} from '../rendering/resource-rendering.js';
import { sortedBy } from './sorted-by.js';

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
  async read(exchange: Exchange, choose: EndpointChoice, id: string): Promise<Answer> {
    const { credential, endpoint } = await this.parts.admission.admitTo(exchange, choose);
    const resourceId = parseUuid<ResourceId>(id);
    if (resourceId === null) throw notFound(id);
    const view = this.parts.rendering.viewOf(endpoint, exchange.request.query);
    const stored = await this.parts.directory.read(
      credential.tenantId,
      endpoint.place,
      resourceId,
      readOptionsOf(view),
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
  async list(exchange: Exchange, choose: EndpointChoice): Promise<Answer> {
    const admitted = await this.parts.admission.admitTo(exchange, choose);
    const query = parseListQuery(exchange.request.query as Readonly<Record<string, unknown>>);
    return this.page(exchange, admitted, query);
  }

  /** The same with the query in the body, where it stays out of logs on the way (RFC 7644 section 3.4.3). */
  async search(exchange: Exchange, choose: EndpointChoice): Promise<Answer> {
    const admitted = await this.parts.admission.admitTo(exchange, choose);
    const body = await this.parts.bodies.readJson(exchange, SEARCH_BYTES_MAX);
    return this.page(exchange, admitted, parseSearchRequest(body));
  }

  private async page(exchange: Exchange, admitted: Admitted, query: ListQuery): Promise<Answer> {
    const { credential, endpoint } = admitted;
    const view = this.parts.rendering.viewOfParameters(endpoint, query);
    const request = queryRequestOf(query, admitted, view);
    const page = await this.parts.directory.query(
      credential.tenantId,
      endpoint.place,
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
function queryRequestOf(query: ListQuery, { credential, endpoint }: Admitted, view: View): QueryRequest {
  const { resourceType } = endpoint;
  if (query.filter !== undefined) resolveFilter(query.filter, resourceType);
  return {
    ...schemasOf(credential.endpoints),
    ...(query.filter === undefined ? {} : { filter: query.filter }),
    ...(query.sortBy === undefined
      ? {}
      : { sortBy: sortedBy(query.sortBy, resourceType), sortOrder: query.sortOrder }),
    startIndex: query.startIndex,
    count: query.count,
    ...(query.cursor === undefined ? {} : { cursor: query.cursor }),
    ...readOptionsOf(view),
  };
}

function readOptionsOf(view: View): ReadOptions {
  return { withReferences: view.wantsReferences, withManagerNames: view.wantsManagerNames };
}
