import {
  defaultTenantSettings,
  parseUuid,
  type SchemasDigest,
  type TenantId,
  type TenantSettings,
  type TenantState,
} from '@muster/contracts';
import type { DomainName } from './domain-name.js';

/** Domains of one tenant at the most. */
export const DOMAINS_MAX = 1_000;
export const TENANT_NAME_BYTES_MAX = 100;

/** Who is told when provisioning fails. */
export interface Notification {
  readonly email: string | null;
  readonly enabled: boolean;
}

export interface Tenant {
  readonly tenantId: TenantId;
  readonly name: string;
  readonly state: TenantState;
  /** True: any user name is accepted, whatever its domain. */
  readonly anyDomain: boolean;
  readonly domains: readonly DomainName[];
  readonly notification: Notification;
  /** What the tenant chose; the rest is as `defaultTenantSettings` says. */
  readonly settings: Partial<TenantSettings>;
  /** What it registered beside the standard schemas; null: nothing. */
  readonly schemas: SchemasDigest | null;
  readonly createdAt: Date;
}

/** A tenant as an admin names it in a URL. */
export type TenantReference = { readonly id: TenantId } | { readonly name: string };

export function tenantReference(nameOrId: string): TenantReference {
  const id = parseUuid<TenantId>(nameOrId);
  return id === null ? { name: nameOrId } : { id };
}

/**
 * A name for people and for URLs: trimmed, without control characters, at most 100 bytes, and not shaped like an id, so
 * that names and ids never mix up. Null for anything else.
 */
export function parseTenantName(text: string): string | null {
  const name = text.trim();
  if (name === '' || !name.isWellFormed() || Buffer.byteLength(name) > TENANT_NAME_BYTES_MAX) return null;
  if (/\p{C}/u.test(name) || parseUuid(name) !== null) return null;
  return name;
}

type Check = (value: unknown) => boolean;
const isFlag: Check = (value) => typeof value === 'boolean';
const isOneOf =
  (...words: readonly string[]): Check =>
  (value) =>
    words.some((word) => word === value);
const isCount =
  (max: number): Check =>
  (value) =>
    Number.isInteger(value) && Number(value) >= 1 && Number(value) <= max;

const checks: { readonly [Name in keyof TenantSettings]: Check } = {
  patchUserReturnsBody: isFlag,
  patchGroupReturnsBody: isFlag,
  groupDisplayNameUnique: isFlag,
  externalIdUnique: isFlag,
  unknownMembers: isOneOf('strict', 'lenient'),
  unknownPatchAttributes: isOneOf('ignore', 'reject'),
  softDeleteUsers: isFlag,
  configNamesEvents: isFlag,
  requestsPerSecondMax: isCount(1_000_000),
  requestBurstMax: isCount(1_000_000),
};
const settingNames = Object.keys(checks) as (keyof TenantSettings)[];

/**
 * Reads chosen settings by the list of those that exist; null leaves one to its default. `problems` names what is unknown or
 * has a wrong value.
 */
export function parseSettings(json: unknown): {
  settings: Partial<TenantSettings>;
  problems: readonly string[];
} {
  if (typeof json !== 'object' || json === null || Array.isArray(json)) {
    return { settings: {}, problems: ['settings is not an object'] };
  }
  const given = new Map<string, unknown>(Object.entries(json));
  const problems: string[] = [];
  const settings: Record<string, unknown> = {};
  for (const name of settingNames) {
    const value = given.get(name);
    if (!given.delete(name) || value === null) continue;
    if (checks[name](value)) settings[name] = value;
    else problems.push(`settings.${name} has no valid value`);
  }
  for (const name of given.keys()) problems.push(`settings.${name.slice(0, 64)} is not a setting`);
  return { settings: settings, problems };
}

/** What holds for the tenant: its choices over the defaults. */
export function effectiveSettings(chosen: Partial<TenantSettings>): TenantSettings {
  return { ...defaultTenantSettings, ...chosen };
}
