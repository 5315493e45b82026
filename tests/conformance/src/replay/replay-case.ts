import { type Expected } from './expected-json.js';
import { type Json, type JsonObject } from './json.js';

export type Method = 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';

/** One request as a client sends it, and what has to come back. */
export interface Step {
  readonly method: Method;
  /** Below the tenant URL, encoded as it goes over the wire. */
  readonly path: string;
  /** Text goes out as it is. */
  readonly body?: Json;
  /** In place of those of the dialect. */
  readonly headers?: Readonly<Record<string, string>>;
  readonly status: readonly number[];
  readonly answers?: Expected;
  readonly answersHeaders?: Readonly<Record<string, Expected>>;
  /** Later steps name the `id` of the answer so: `{{jo}}`. */
  readonly as?: string;
  /** Later steps name other members of the answer so, by the names given here. */
  readonly keeps?: Readonly<Record<string, string>>;
}

/**
 * A story that a client and the service play. `{{n}}` in any text is unique to one run of the case, `{{token}}` is the tenant's,
 * `{{neighbourToken}}` that of its neighbour.
 */
export interface ReplayCase {
  readonly name: string;
  readonly steps: readonly Step[];
  /** The case needs a tenant of its own: with other settings, or with nothing in it. */
  readonly tenant?: TenantWish;
  /** The case needs a second tenant, that learns nothing of the first. */
  readonly neighbour?: TenantWish;
}

export interface TenantWish {
  /** Any domain will do unless some are given. */
  readonly domains?: readonly string[];
  readonly settings?: Readonly<Record<string, boolean | number | string>>;
  /** Schemas and resource types of its own, as `docs/reference/schemas.md` has them. */
  readonly registration?: JsonObject;
}

interface StepOptions {
  readonly status?: number | readonly number[];
  readonly answers?: Expected;
  readonly answersHeaders?: Readonly<Record<string, Expected>>;
  readonly headers?: Readonly<Record<string, string>>;
  readonly as?: string;
  readonly keeps?: Readonly<Record<string, string>>;
}

function step(
  method: Method,
  path: string,
  usual: number | readonly number[],
  options: StepOptions,
  body?: Json,
): Step {
  const { status = usual, ...others } = options;
  return {
    method,
    path,
    status: typeof status === 'number' ? [status] : status,
    ...(body === undefined ? {} : { body }),
    ...others,
  };
}

export function get(path: string, options: StepOptions = {}): Step {
  return step('GET', path, 200, options);
}

export function post(path: string, body: Json, options: StepOptions = {}): Step {
  return step('POST', path, 201, options, body);
}

export function put(path: string, body: Json, options: StepOptions = {}): Step {
  return step('PUT', path, 200, options, body);
}

/** 200 with the resource or 204: RFC 7644 section 3.5.2 leaves it to the service. */
export function patch(path: string, operations: readonly Json[], options: StepOptions = {}): Step {
  const body = { schemas: ['urn:ietf:params:scim:api:messages:2.0:PatchOp'], Operations: operations };
  return step('PATCH', path, [200, 204], options, body);
}

export function remove(path: string, options: StepOptions = {}): Step {
  return step('DELETE', path, 204, options);
}
