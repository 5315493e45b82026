import type { SettingsChange } from '../admin/admin-client.js';
import type { SettingValue } from '../admin/admin-messages.js';
import { usageError, type MusterctlError } from '../musterctl-error.js';

/** The one setting that the admin API keeps beside the others, with its default. */
export const ANY_DOMAIN = 'anyDomain';
const ANY_DOMAIN_DEFAULT = false;
/** The one setting whose value is a file, and which has a place of its own in the admin API. */
export const SCHEMAS = 'schemas';

/** What `tenant set` is told. */
export interface Assignments {
  readonly change: SettingsChange;
  /** Path of the file with the schemas to register. */
  readonly schemasFile?: string;
}

/** What `tenant unset` is told. */
export interface Removals {
  readonly change: SettingsChange;
  /** The schemas go back to the standard ones. */
  readonly schemas: boolean;
}

/**
 * Reads `key=value` arguments. `true`, `false` and whole numbers are what they look like, anything else is text; which
 * settings there are, and what they may be, the admin API knows. `schemas=@file` names a file. Throws `usage` for what is no
 * assignment, or a second one.
 */
export function parseAssignments(assignments: readonly string[]): Assignments {
  const values = new Map<string, SettingValue>();
  for (const assignment of assignments) {
    const at = assignment.indexOf('=');
    const name = assignment.slice(0, at).trim();
    if (at < 1 || name === '') throw notAnAssignment(`"${assignment}" is no key=value`);
    if (values.has(name)) throw givenTwice(name);
    const text = assignment.slice(at + 1).trim();
    values.set(name, name === SCHEMAS ? fileOf(text) : valueOf(text));
  }
  const schemasFile = values.get(SCHEMAS);
  values.delete(SCHEMAS);
  return { change: changeOf(values), ...(typeof schemasFile === 'string' ? { schemasFile } : {}) };
}

/** Reads names of settings that are left to their defaults again. Throws `usage` for what is no name, or a second one. */
export function parseRemovals(names: readonly string[]): Removals {
  const values = new Map<string, SettingValue | null>();
  for (const name of names.map((each) => each.trim())) {
    if (name === '' || name.includes('=')) {
      throw usageError(
        `"${name}" is no name of a setting`,
        'Name it without a value, as in: musterctl tenant unset acme externalIdUnique',
      );
    }
    if (values.has(name)) throw givenTwice(name);
    values.set(name, name === ANY_DOMAIN ? ANY_DOMAIN_DEFAULT : null);
  }
  const schemas = values.delete(SCHEMAS);
  return { change: changeOf(values), schemas };
}

/** Whether there is anything in it to send. */
export function isEmpty({ anyDomain, settings }: SettingsChange): boolean {
  return anyDomain === undefined && settings === undefined;
}

function changeOf(values: ReadonlyMap<string, SettingValue | null>): SettingsChange {
  const anyDomain = values.get(ANY_DOMAIN) ?? undefined;
  const settings = [...values].filter(([name]) => name !== ANY_DOMAIN);
  return {
    ...(anyDomain === undefined ? {} : { anyDomain }),
    ...(settings.length === 0 ? {} : { settings: Object.fromEntries(settings) }),
  };
}

function valueOf(text: string): SettingValue {
  if (text === 'true' || text === 'false') return text === 'true';
  return /^\d{1,15}$/.test(text) ? Number(text) : text;
}

function fileOf(text: string): string {
  if (text.length > 1 && text.startsWith('@')) return text.slice(1);
  throw usageError(
    `the value of ${SCHEMAS} is a file`,
    'Write it with an @ before its name, as in: musterctl tenant set acme schemas=@schemas.json',
  );
}

function givenTwice(name: string): MusterctlError {
  return usageError(`${name} is given twice`, 'Say once what it shall be.');
}

function notAnAssignment(message: string): MusterctlError {
  return usageError(message, 'Write it as in: musterctl tenant set acme externalIdUnique=true');
}
