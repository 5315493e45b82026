export const SERVICE_PROVIDER_CONFIG_URN = 'urn:ietf:params:scim:schemas:core:2.0:ServiceProviderConfig';

export interface ServiceProviderOptions {
  /** Without a slash at its end. */
  readonly baseUrl: string;
  readonly documentationUri?: string;
  /** Left out where bulk is not offered. */
  readonly bulk?: { readonly operationsMax: number; readonly payloadBytesMax: number };
  /** Most resources in a page. */
  readonly countMax: number;
  readonly countDefault: number;
  readonly sort: boolean;
  readonly etag: boolean;
  /** Seconds a cursor lives; left out where cursor paging (RFC 9865) is not offered. */
  readonly cursorTimeoutSeconds?: number;
  /** SCIM event URIs (RFC 9967) of the events that tell of changes; left out where there are none. */
  readonly eventUris?: readonly string[];
}

/** What `/ServiceProviderConfig` answers, RFC 7643 s5, RFC 9865 s4 and RFC 9967. */
export function serviceProviderConfig(options: ServiceProviderOptions): Readonly<Record<string, unknown>> {
  const { bulk, cursorTimeoutSeconds, eventUris } = options;
  return {
    schemas: [SERVICE_PROVIDER_CONFIG_URN],
    ...(options.documentationUri === undefined ? {} : { documentationUri: options.documentationUri }),
    patch: { supported: true },
    bulk: {
      supported: bulk !== undefined,
      maxOperations: bulk?.operationsMax ?? 0,
      maxPayloadSize: bulk?.payloadBytesMax ?? 0,
    },
    filter: { supported: true, maxResults: options.countMax },
    changePassword: { supported: false },
    sort: { supported: options.sort },
    etag: { supported: options.etag },
    pagination: {
      cursor: cursorTimeoutSeconds !== undefined,
      index: true,
      defaultPaginationMethod: 'index',
      defaultPageSize: options.countDefault,
      maxPageSize: options.countMax,
      ...(cursorTimeoutSeconds === undefined ? {} : { cursorTimeout: cursorTimeoutSeconds }),
    },
    // "none": every request is answered when it is done, none of them with 202 for an event to tell the outcome later.
    ...(eventUris === undefined ? {} : { securityEvents: { asyncRequest: 'none', eventUris } }),
    authenticationSchemes: [
      {
        type: 'oauthbearertoken',
        name: 'OAuth Bearer Token',
        description: 'A secret token in the Authorization header.',
        specUri: 'https://www.rfc-editor.org/info/rfc6750',
        primary: true,
      },
    ],
    meta: { resourceType: 'ServiceProviderConfig', location: `${options.baseUrl}/ServiceProviderConfig` },
  };
}
