import { WARNING_KINDS, type Warning, type WarningKind } from '@muster/scim';

/** What each kind of warning says to a tenant's admin; `{path}` is the attribute or schema it is about. */
const texts: { readonly [Kind in WarningKind]: string } = {
  unknownAttribute: '"{path}" was ignored: no schema of this kind of resource has it.',
  unknownSchema: 'The schema "{path}" was ignored: this kind of resource does not have it.',
  missingSchema: '"schemas" did not name "{path}"; the request was read as if it had.',
  readOnlyAttribute: '"{path}" was ignored: nobody but Muster sets it.',
  secretDropped: '"{path}" was accepted and not kept: Muster stores no secrets.',
  emptyValue: '"{path}" was sent without a value and left as it was.',
  primaryRepeated: 'Several values of "{path}" were marked as primary: the first of them is.',
};

/** Every kind with its text, placeholder and all, in the order of the engine. For the reference page. */
export const warningTexts: ReadonlyMap<WarningKind, string> = new Map(
  WARNING_KINDS.map((kind) => [kind, texts[kind]]),
);

/** The sentence by which the activity tells a warning. Holds what the client called the attribute, never a value. */
export function warningText({ kind, path }: Warning): string {
  return texts[kind].replace('{path}', () => path);
}
