import { BULK_OPERATIONS_MAX, BULK_PAYLOAD_BYTES_MAX, scimEventUris } from '@muster/contracts';
import {
  COUNT_DEFAULT,
  COUNT_MAX,
  renderListResponse,
  renderResourceType,
  renderSchema,
  serviceProviderConfig,
  type ServiceProviderOptions,
} from '@muster/scim';
import { standardEndpoints, type Endpoints } from '../../endpoints/endpoints.js';
import { Refusal } from '../../refusals/refusal.js';
import { notFound } from '../rendering/resource-rendering.js';
import type { Admission } from '../admission.js';
import type { Answer, Exchange } from '../http/exchange.js';

/** Cursors are keyset positions and do not age by themselves; this long a walk over pages is promised to go on. */
const CURSOR_TIMEOUT_SECONDS = 3_600;
/** What facts carry as `ce_scimevent`. */
const EVENT_URIS = [...new Set(Object.values(scimEventUris))].toSorted();

interface Item {
  readonly id: string;
}

/** What a tenant's schemas are shown as. */
interface Described {
  readonly resourceTypes: DescribedList;
  readonly schemas: DescribedList;
}

/** What the service offers (RFC 7644 section 4). It does not change while a tenant's schemas do not, so it is rendered once. */
export class Discovery {
  private readonly config: string;
  private readonly configWithEvents: string;
  /** Goes when the endpoints are forgotten. */
  private readonly described = new WeakMap<Endpoints, Described>();

  constructor(
    private readonly admission: Admission,
    private readonly publicBaseUrl: string,
  ) {
    const offered: ServiceProviderOptions = {
      baseUrl: publicBaseUrl,
      bulk: { operationsMax: BULK_OPERATIONS_MAX, payloadBytesMax: BULK_PAYLOAD_BYTES_MAX },
      countMax: COUNT_MAX,
      countDefault: COUNT_DEFAULT,
      sort: true,
      etag: true,
      cursorTimeoutSeconds: CURSOR_TIMEOUT_SECONDS,
    };
    this.config = JSON.stringify(serviceProviderConfig(offered));
    this.configWithEvents = JSON.stringify(serviceProviderConfig({ ...offered, eventUris: EVENT_URIS }));
    this.describe(standardEndpoints);
  }

  async serviceProviderConfig(exchange: Exchange): Promise<Answer> {
    const { settings } = await this.admission.admit(exchange);
    return { status: 200, body: settings.configNamesEvents ? this.configWithEvents : this.config };
  }

  async listResourceTypes(exchange: Exchange): Promise<Answer> {
    return (await this.admitted(exchange)).resourceTypes.all(exchange);
  }

  async resourceType(exchange: Exchange, id: string): Promise<Answer> {
    return (await this.admitted(exchange)).resourceTypes.one(id);
  }

  async listSchemas(exchange: Exchange): Promise<Answer> {
    return (await this.admitted(exchange)).schemas.all(exchange);
  }

  async schema(exchange: Exchange, id: string): Promise<Answer> {
    return (await this.admitted(exchange)).schemas.one(id);
  }

  /** `/Me` is not offered (RFC 7644 section 3.11). */
  async notOffered(exchange: Exchange): Promise<Answer> {
    await this.admission.admit(exchange);
    throw new Refusal('not_implemented');
  }

  private async admitted(exchange: Exchange): Promise<Described> {
    const { endpoints } = await this.admission.admit(exchange);
    return this.described.get(endpoints) ?? this.describe(endpoints);
  }

  private describe(endpoints: Endpoints): Described {
    const { all, schemas } = endpoints.types;
    const described = {
      // Users first: a widely used collection of checks reads the endpoint of the first one.
      resourceTypes: new DescribedList(all.map((each) => renderResourceType(each, this.publicBaseUrl))),
      schemas: new DescribedList(schemas.map((each) => renderSchema(each, this.publicBaseUrl))),
    };
    this.described.set(endpoints, described);
    return described;
  }
}

class DescribedList {
  private readonly list: string;
  private readonly byId: ReadonlyMap<string, string>;

  constructor(items: readonly Item[]) {
    this.list = JSON.stringify(
      renderListResponse({
        resources: items,
        totalResults: items.length,
        startIndex: 1,
        itemsPerPage: items.length,
      }),
    );
    this.byId = new Map(items.map((item) => [item.id.toLowerCase(), JSON.stringify(item)]));
  }

  /** RFC 7644 section 4: a filter here is refused with 403, since an ignored one would show the wrong things. */
  all(exchange: Exchange): Answer {
    if (hasFilter(exchange.request.query)) {
      throw new Refusal('invalid_filter', {
        status: 403,
        detail: 'Filters are not supported at this address.',
      });
    }
    return { status: 200, body: this.list };
  }

  one(id: string): Answer {
    const body = this.byId.get(id.toLowerCase());
    if (body === undefined) throw notFound(id);
    return { status: 200, body };
  }
}

function hasFilter(query: unknown): boolean {
  return typeof query === 'object' && query !== null && Object.hasOwn(query, 'filter');
}
