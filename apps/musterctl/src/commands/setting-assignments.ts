import type { SettingsChange } from '../admin/admin-client.js';
import type { SettingValue } from '../admin/admin-messages.js';
import { usageError, type MusterctlError } from '../musterctl-error.js';

/** The one setting that the admin API keeps beside the others. */
export const ANY_DOMAIN = 'anyDomain';

/**
 * Reads `key=value` arguments. `true`, `false` and whole numbers are what they look like, anything else is text; which
 * settings there are, and what they may be, the admin API knows. Throws `usage` for what is no assignment, or a second one.
 */
export function parseAssignments(assignments: readonly string[]): SettingsChange {
  const values = new Map<string, SettingValue>();
  for (const assignment of assignments) {
    const at = assignment.indexOf('=');
    const name = assignment.slice(0, at).trim();
    if (at < 1 || name === '') throw notAnAssignment(`"${assignment}" is no key=value`);
    if (values.has(name)) throw notAnAssignment(`${name} is given twice`);
    values.set(name, valueOf(assignment.slice(at + 1).trim()));
  }
  const anyDomain = values.get(ANY_DOMAIN);
  values.delete(ANY_DOMAIN);
  return {
    ...(anyDomain === undefined ? {} : { anyDomain }),
    ...(values.size === 0 ? {} : { settings: Object.fromEntries(values) }),
  };
}

function valueOf(text: string): SettingValue {
  if (text === 'true' || text === 'false') return text === 'true';
  return /^\d{1,15}$/.test(text) ? Number(text) : text;
}

function notAnAssignment(message: string): MusterctlError {
  return usageError(message, 'Write it as in: musterctl tenant set acme externalIdUnique=true');
}
