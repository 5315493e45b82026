/** Entra without its compatibility flag writes `"op": "Add"`, `"Replace"`, `"Remove"`. */
export function operatorCase(raw: unknown): string | undefined {
  return typeof raw === 'string' ? raw.trim().toLowerCase() : undefined;
}
