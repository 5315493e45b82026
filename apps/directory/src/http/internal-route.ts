/** What a handler of the internal API gets to see. Nothing of it has been checked yet. */
export interface InternalRequest {
  readonly params: Readonly<Record<string, string>>;
  readonly query: Readonly<Record<string, string | string[] | undefined>>;
  /** Parsed JSON; undefined without a body. */
  readonly body: unknown;
}

/**
 * One endpoint of the internal API. Handlers return JSON text, so that what Postgres renders is passed on as it is, or null
 * for 204. They throw `ScimError`, `ProblemError` or `DatabaseError`.
 */
export interface InternalRoute {
  readonly method: 'GET' | 'POST';
  /** Pattern with `:parameters`. */
  readonly path: string;
  /** Label of metrics and name of spans. */
  readonly name: string;
  readonly handle: (request: InternalRequest) => Promise<string | null>;
}
