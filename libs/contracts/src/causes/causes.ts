import type { CauseDefinition } from './cause-definition.js';
import { directoryCauses } from './directory-causes.js';
import { requestCauses } from './request-causes.js';
import { credentialCauses, overloadCauses, writePathCauses } from './service-causes.js';

/**
 * The one catalogue of why provisioning fails. Each cause keeps its key for ever; the same row feeds the SCIM error, the
 * activity log, the mail and the runbook.
 */
const definitions = [
  ...directoryCauses,
  ...requestCauses,
  ...credentialCauses,
  ...overloadCauses,
  ...writePathCauses,
] as const;

export type CauseKey = (typeof definitions)[number]['key'];

/** All causes by key, in the order of the reference page. */
export const causes: ReadonlyMap<CauseKey, CauseDefinition> = new Map(
  definitions.map((each) => [each.key, each]),
);

export function isCauseKey(value: unknown): value is CauseKey {
  return typeof value === 'string' && causes.has(value as CauseKey);
}

export function causeOf(key: CauseKey): CauseDefinition {
  const found = causes.get(key);
  if (found === undefined) throw new Error(`cause ${key} is not in the catalogue`);
  return found;
}

const PARAMETER_LENGTH_MAX = 200;

/** The text for people: placeholders filled, each value bounded, unknown placeholders left out. */
export function causeDetail(key: CauseKey, parameters: ReadonlyMap<string, string> = new Map()): string {
  return causeOf(key).detail.replaceAll(/\{(\w+)\}/g, (_, name: string) =>
    (parameters.get(name) ?? '').slice(0, PARAMETER_LENGTH_MAX),
  );
}
