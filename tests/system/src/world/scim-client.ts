import { Agent, request } from 'undici';

/** A SCIM answer as a client sees it. */
export interface ScimAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly text: string;
  /** The body's members; empty when there is no body. */
  readonly body: ScimBody;
}

export type ScimBody = Readonly<Record<string, unknown>>;

export interface ScimRequest {
  readonly method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  /** After the base URL, with its query: `/Users?count=1`. */
  readonly path: string;
  /** An object is sent as JSON, text and bytes as they are. */
  readonly body?: object | string | Buffer;
  readonly headers?: Readonly<Record<string, string>>;
}

export interface ScimClientOptions {
  readonly baseUrl: string;
  /** Null: no `Authorization` at all. */
  readonly token: string | null;
}

/** As patient as a connector: the service promises an answer within 10 s. Milliseconds. */
const PATIENCE_MS = 15_000;

/** What a connector does over HTTP. A request whose connection breaks rejects: nobody knows then. Nothing is repeated. */
export class ScimClient {
  readonly #agent = new Agent({ connections: 16, headersTimeout: PATIENCE_MS, bodyTimeout: PATIENCE_MS });

  constructor(private readonly options: ScimClientOptions) {}

  async send({ method, path, body, headers = {} }: ScimRequest): Promise<ScimAnswer> {
    const { baseUrl, token } = this.options;
    const response = await request(`${baseUrl}${path}`, {
      method,
      dispatcher: this.#agent,
      headers: {
        ...(token === null ? {} : { authorization: `Bearer ${token}` }),
        ...(body === undefined ? {} : { 'content-type': 'application/scim+json; charset=utf-8' }),
        ...headers,
      },
      ...(body === undefined ? {} : { body: bodyOf(body) }),
    });
    const text = await response.body.text();
    return { status: response.statusCode, headers: response.headers, text, body: membersOf(text) };
  }

  get(path: string): Promise<ScimAnswer> {
    return this.send({ method: 'GET', path });
  }

  post(path: string, body: object): Promise<ScimAnswer> {
    return this.send({ method: 'POST', path, body });
  }

  put(path: string, body: object): Promise<ScimAnswer> {
    return this.send({ method: 'PUT', path, body });
  }

  patch(path: string, operations: readonly object[]): Promise<ScimAnswer> {
    return this.send({ method: 'PATCH', path, body: { schemas: [PATCH_URN], Operations: operations } });
  }

  delete(path: string): Promise<ScimAnswer> {
    return this.send({ method: 'DELETE', path });
  }

  close(): Promise<void> {
    return this.#agent.destroy();
  }
}

const PATCH_URN = 'urn:ietf:params:scim:api:messages:2.0:PatchOp';
export const USER_URN = 'urn:ietf:params:scim:schemas:core:2.0:User';
export const GROUP_URN = 'urn:ietf:params:scim:schemas:core:2.0:Group';
export const ERROR_URN = 'urn:ietf:params:scim:api:messages:2.0:Error';

function bodyOf(body: object | string | Buffer): string | Buffer {
  return typeof body === 'string' || Buffer.isBuffer(body) ? body : JSON.stringify(body);
}

function membersOf(text: string): ScimBody {
  if (text === '') return {};
  const value: unknown = JSON.parse(text);
  return typeof value === 'object' && value !== null ? (value as ScimBody) : {};
}

/** `id` of an answer. @throws when it has none */
export function idOf({ status, body, text }: ScimAnswer): string {
  if (typeof body['id'] !== 'string')
    throw new Error(`an answer with status ${status} has no id: ${text.slice(0, 300)}`);
  return body['id'];
}

/** The version that a resource's ETag names, as in `W/"3"`. */
export function versionOf({ body }: ScimAnswer): number | undefined {
  const { version } = (body['meta'] ?? {}) as { readonly version?: unknown };
  const digits = typeof version === 'string' ? /^W\/"(\d+)"$/.exec(version)?.[1] : undefined;
  return digits === undefined ? undefined : Number(digits);
}
