import type { ScimDocument, ScimValue } from '@muster/scim';

const NAMES = ['userName', 'displayName', 'externalId', 'active'] as const;

/**
 * What is told of a resource that is gone: enough to recognise it and to know whether it was in use, and no more. Whoever
 * asked for the deletion did not ask to spread the rest once more.
 */
export function lastIdentity(document: ScimDocument): ScimDocument {
  const identity = Object.create(null) as Record<string, ScimValue>;
  for (const name of NAMES) {
    const value = document[name];
    if (value !== undefined) identity[name] = value;
  }
  return identity;
}
