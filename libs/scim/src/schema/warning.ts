/** Something in a request that was passed over instead of refused. */
export interface Warning {
  readonly kind: WarningKind;
  /** The attribute, as a path; at most 128 characters of what the client wrote. */
  readonly path: string;
}

export const WARNING_KINDS = [
  /** No schema of the resource type defines the attribute. */
  'unknownAttribute',
  /** `schemas` names a schema the resource type does not have. */
  'unknownSchema',
  /** `schemas` is missing or lacks the core schema. */
  'missingSchema',
  /** The server alone sets this attribute. */
  'readOnlyAttribute',
  /** A secret, `password` for example: taken, not stored. */
  'secretDropped',
  /** The attribute was set to nothing, which would have changed what nobody meant to change. */
  'emptyValue',
  /** More than one value was marked primary; the first kept the mark. */
  'primaryRepeated',
] as const;

export type WarningKind = (typeof WARNING_KINDS)[number];

const WARNINGS_MAX = 100;
const PATH_LENGTH_MAX = 128;

/** What a path selects by can be a person's address. The position in a list, `[0]`, and a label, `[type eq "work"]`, are not. */
const SELECTION = /\[(?!\d+\]|type eq "[a-z]{1,32}"\])(?:.*\]|.*$)/is;

/** Collects warnings, at most 100 of them, each with a bounded path that is safe to log as text and holds nobody's data. */
export class WarningList {
  readonly #warnings: Warning[] = [];

  add(kind: WarningKind, path: string): void {
    if (this.#warnings.length >= WARNINGS_MAX) return;
    const bounded = path.replace(SELECTION, '[...]').slice(0, PATH_LENGTH_MAX).toWellFormed();
    this.#warnings.push({ kind, path: bounded.replace(/\p{Cc}/gu, '\ufffd') });
  }

  get all(): readonly Warning[] {
    return this.#warnings;
  }
}
