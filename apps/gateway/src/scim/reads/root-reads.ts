import type { RootQueryRequest } from '@muster/contracts';
import {
  parseListQuery,
  parseSearchRequest,
  renderListResponse,
  resolveFilterAcross,
  type ListQuery,
} from '@muster/scim';
import type { Credential } from '../../credentials/credential.js';
import { schemasOf } from '../../endpoints/endpoints.js';
import type { Answer, Exchange } from '../http/exchange.js';
import { cursorsOf } from '../rendering/resource-rendering.js';
import { SEARCH_BYTES_MAX, type ResourceReadsParts } from './resource-reads.js';
import { sortedByAcross } from './sorted-by.js';

/** Queries at the root: one list over all that the tenant has (RFC 7644 section 3.4.2.1). */
export class RootReads {
  constructor(private readonly parts: ResourceReadsParts) {}

  async list(exchange: Exchange): Promise<Answer> {
    const credential = await this.parts.admission.admit(exchange);
    const query = parseListQuery(exchange.request.query as Readonly<Record<string, unknown>>);
    return this.page(exchange, credential, query);
  }

  /** RFC 7644 section 3.4.3. */
  async search(exchange: Exchange): Promise<Answer> {
    const credential = await this.parts.admission.admit(exchange);
    const body = await this.parts.bodies.readJson(exchange, SEARCH_BYTES_MAX);
    return this.page(exchange, credential, parseSearchRequest(body));
  }

  private async page(exchange: Exchange, credential: Credential, query: ListQuery): Promise<Answer> {
    const { endpoints, tenantId } = credential;
    // An attribute may belong to one of the types only, but has to belong to one of them.
    if (query.filter !== undefined) resolveFilterAcross(query.filter, endpoints.types.all);
    const { rendering, directory } = this.parts;
    const shown = endpoints.all.map((endpoint) => ({
      endpoint,
      view: rendering.viewOfParameters(endpoint, query),
    }));
    const request: RootQueryRequest = {
      ...schemasOf(endpoints),
      ...(query.filter === undefined ? {} : { filter: query.filter }),
      ...(query.sortBy === undefined
        ? {}
        : { sortBy: sortedByAcross(query.sortBy, endpoints.types.all), sortOrder: query.sortOrder }),
      startIndex: query.startIndex,
      count: query.count,
      ...(query.cursor === undefined ? {} : { cursor: query.cursor }),
      withManagerNames: shown.some(({ view }) => view.wantsManagerNames),
      withReferencesOf: shown
        .filter(({ view }) => view.wantsReferences)
        .map(({ endpoint }) => endpoint.place),
    };
    const page = await directory.queryAll(tenantId, request, exchange.trace);
    const byPlace = new Map(shown.map((each) => [each.endpoint.place, each]));
    const resources = page.pages.flatMap(({ place, resources: stored }) => {
      const here = byPlace.get(place);
      return here === undefined ? [] : stored.map((each) => rendering.render(here.endpoint, each, here.view));
    });
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
