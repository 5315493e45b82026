export interface TestArguments {
  /** Only tests whose path matches, and no static checks: the inner loop. */
  readonly only: string | undefined;
  /** Handed to Jest as they are. */
  readonly jest: readonly string[];
}

/** Reads `[--only PATTERN] [arguments for Jest]`. @throws when the pattern is missing */
export function parseTestArguments(args: readonly string[]): TestArguments {
  const at = args.findIndex((argument) => argument === '--only' || argument.startsWith('--only='));
  if (at === -1) return { only: undefined, jest: args };
  const [, inline] = (args[at] ?? '').split('=', 2);
  const only = inline ?? args[at + 1];
  if (only === undefined || only === '')
    throw new Error('--only needs a pattern: npm test -- --only libs/scim');
  return { only, jest: [...args.slice(0, at), ...args.slice(at + (inline === undefined ? 2 : 1))] };
}
