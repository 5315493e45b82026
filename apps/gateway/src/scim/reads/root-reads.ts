import type { RootQueryRequest } from '@muster/contracts';
import {
  invalidValue,
  parseListQuery,
  parseSearchRequest,
  renderListResponse,
  resolveFilterAcross,
  type ListQuery,
} from '@muster/scim';
import { groups, users } from '../endpoints.js';
import type { Answer, Exchange } from '../http/exchange.js';
import { cursorsOf } from '../rendering/resource-rendering.js';
import { SEARCH_BYTES_MAX, type ResourceReadsParts } from './resource-reads.js';

const endpoints = [users, groups] as const;
const resourceTypes = endpoints.map(({ resourceType }) => resourceType);

/** Queries at the root: one list over users and groups (RFC 7644 section 3.4.2.1), users first. */
export class RootReads {
  constructor(private readonly parts: ResourceReadsParts) {}

  async list(exchange: Exchange): Promise<Answer> {
    await this.parts.admission.admit(exchange);
    return this.page(exchange, parseListQuery(exchange.request.query as Readonly<Record<string, unknown>>));
  }

  /** RFC 7644 section 3.4.3. */
  async search(exchange: Exchange): Promise<Answer> {
    await this.parts.admission.admit(exchange);
    return this.page(
      exchange,
      parseSearchRequest(await this.parts.bodies.readJson(exchange, SEARCH_BYTES_MAX)),
    );
  }

  private async page(exchange: Exchange, query: ListQuery): Promise<Answer> {
    const { credential, trace } = exchange;
    if (credential === undefined) throw new Error('a page is asked for before the request was admitted');
    if (query.sortBy !== undefined)
      throw invalidValue('A list of users and groups together cannot be sorted.');
    // An attribute may belong to one of the two only, but has to belong to one of them.
    if (query.filter !== undefined) resolveFilterAcross(query.filter, resourceTypes);
    const { rendering, directory } = this.parts;
    const views = {
      users: rendering.viewOfParameters(users, query),
      groups: rendering.viewOfParameters(groups, query),
    };
    const request: RootQueryRequest = {
      ...(query.filter === undefined ? {} : { filter: query.filter }),
      startIndex: query.startIndex,
      count: query.count,
      ...(query.cursor === undefined ? {} : { cursor: query.cursor }),
      withReferencesOf: endpoints
        .map(({ plural }) => plural)
        .filter((plural) => views[plural].wantsReferences),
    };
    const page = await directory.queryAll(credential.tenantId, request, trace);
    const resources = endpoints.flatMap((endpoint) =>
      (page.pages.find(({ place }) => place === endpoint.plural)?.resources ?? []).map((stored) =>
        rendering.render(endpoint, stored, views[endpoint.plural]),
      ),
    );
    return {
      status: 200,
      body: renderListResponse({
        resources,
        totalResults: page.totalResults,
        itemsPerPage: resources.length,
        ...(query.cursor === undefined ? { startIndex: query.startIndex } : {}),
        ...cursorsOf(page),
      }),
    };
  }
}
