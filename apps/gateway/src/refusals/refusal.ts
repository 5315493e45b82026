import { causeDetail, causeOf, causeOfScimError, type CauseKey } from '@muster/contracts';
import { SCIM_TYPES, type ScimError, type ScimType } from '@muster/scim';

export interface RefusalOptions {
  /** A more exact text than the catalogue's; goes to the client as it is, so it never quotes a secret. */
  readonly detail?: string;
  /** Fills the placeholders of the catalogue's text. */
  readonly parameters?: ReadonlyMap<string, string>;
  readonly status?: number;
  readonly scimType?: ScimType;
  /** Whole seconds (RFC 9110 section 10.2.3): connectors read nothing else. */
  readonly retryAfterSeconds?: number;
  /** Tells incidents of one cause apart, for example the domain; the cause alone when absent. */
  readonly groupingKey?: string;
  /** Value of `Allow` for 405 (RFC 9110 section 15.5.6). */
  readonly allow?: string;
  /** Who decided. What the directory refused, it also publishes. */
  readonly decidedBy?: 'gateway' | 'directory';
}

const byCatalogue: RefusalOptions = {};

/**
 * A request that is answered with an error: one cause of the catalogue and what this request adds to it. Whoever throws one
 * knows whether the client should come again, and says so by `retryAfterSeconds`.
 */
export class Refusal extends Error {
  override readonly name = 'Refusal';
  readonly status: number;
  readonly scimType: ScimType | undefined;
  readonly detail: string;
  readonly retryAfterSeconds: number | undefined;
  readonly groupingKey: string;
  readonly allow: string | undefined;
  readonly decidedBy: 'gateway' | 'directory';

  constructor(
    readonly causeKey: CauseKey,
    options: RefusalOptions = byCatalogue,
  ) {
    super(causeKey);
    const definition = causeOf(causeKey);
    this.status = options.status ?? definition.status;
    this.scimType = options.scimType ?? SCIM_TYPES.find((each) => each === definition.scimType);
    this.detail = options.detail ?? causeDetail(causeKey, options.parameters);
    this.retryAfterSeconds = options.retryAfterSeconds;
    this.groupingKey = options.groupingKey ?? causeKey;
    this.allow = options.allow;
    this.decidedBy = options.decidedBy ?? 'gateway';
  }
}

/**
 * The refusal that an error of the SCIM engine stands for. The engine's text names the attribute and never repeats a value,
 * so it tells one broken mapping from another: each is an incident of its own.
 */
export function refusalOfScimError(error: ScimError): Refusal {
  const causeKey = REQUIRED.test(error.detail) ? 'missing_required' : causeOfScimError(error);
  return new Refusal(causeKey, {
    status: error.status,
    detail: error.detail,
    groupingKey: `${causeKey}:${withoutVariableParts(error.detail)}`,
    ...(error.scimType === undefined ? {} : { scimType: error.scimType }),
  });
}

/** The engine says so of an attribute that is absent; `refusal.spec.ts` holds it to that. */
const REQUIRED = /^\S+ is required\./;
const GROUPING_LENGTH_MAX = 160;

/** Positions, limits and what a path's filter compares with would make every request an incident of its own. */
function withoutVariableParts(detail: string): string {
  return detail
    .replaceAll(/"[^"]*"/g, '""')
    .replaceAll(/\d+/g, '#')
    .slice(0, GROUPING_LENGTH_MAX);
}
