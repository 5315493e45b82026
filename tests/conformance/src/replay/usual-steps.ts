import { type Expected } from './expected-json.js';
import { type JsonObject } from './json.js';
import { get, post, type Step } from './replay-case.js';
import { CORE, ERROR, GROUP, LIST } from './scim-names.js';

/** A user with nothing but a name; `{{as}}` is its id, `<as>.{{n}}@contoso.com` its user name. */
export function newUser(as: string, more: JsonObject = {}): Step {
  return post('/Users', { schemas: [CORE], userName: userNameOf(as), ...more }, { as });
}

export function userNameOf(as: string): string {
  return `${as}.{{n}}@contoso.com`;
}

export function newGroup(as: string, more: JsonObject = {}): Step {
  return post('/Groups', { schemas: [GROUP], displayName: groupNameOf(as), ...more }, { as });
}

export function groupNameOf(as: string): string {
  return `${as} {{n}}`;
}

export function userIs(as: string, answers: Expected): Step {
  return get(`/Users/{{${as}}}`, { answers });
}

export function groupIs(as: string, answers: Expected): Step {
  return get(`/Groups/{{${as}}}`, { answers });
}

/** A list of exactly these. */
export function listOf(...resources: readonly Expected[]): Expected {
  return {
    schemas: [LIST],
    totalResults: resources.length,
    itemsPerPage: resources.length,
    Resources: resources,
  };
}

export const nothingFound: Expected = {
  schemas: [LIST],
  totalResults: 0,
  startIndex: 1,
  itemsPerPage: 0,
  Resources: [],
};

export function scimError(status: number, more: { readonly [name: string]: Expected } = {}): Expected {
  return { schemas: [ERROR], status: String(status), ...more };
}
