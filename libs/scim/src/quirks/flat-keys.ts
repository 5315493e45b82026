import { ScimError } from '../errors/scim-error.js';
import { type AttributePath } from '../path/attribute-path.js';
import { parsePath } from '../path/parse-path.js';

/**
 * Entra with its compatibility flag merges replacements into one value without a path whose keys are paths in
 * themselves: `"name.givenName"`, `"urn:...:User:department"`. Kept as literal keys they would change nothing.
 */
export function flatKeys(key: string): AttributePath | undefined {
  try {
    return parsePath(key);
  } catch (error) {
    if (error instanceof ScimError) return undefined;
    throw error;
  }
}
