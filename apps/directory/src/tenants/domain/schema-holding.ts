import type { BreakingChange } from '@muster/scim';
import { TenantError } from './tenant-error.js';

const CHANGES_SHOWN_MAX = 10;

/** Resources that are stored by a schema: all of a type, or those of them that have an extension. */
export interface SchemaHolding {
  /** Name of the resource type. */
  readonly resourceType: string;
  /** URN of the extension. */
  readonly extension?: string;
}

/**
 * Lets breaking changes pass where the tenant has no resource that they concern. `isHeld` looks for one; it is asked once
 * for each holding.
 *
 * @throws TenantError `schemas_in_use` that names the changes (at most ten) and what can be done about them.
 */
export async function refuseWhatIsInUse(
  changes: readonly BreakingChange[],
  isHeld: (holding: SchemaHolding) => Promise<boolean>,
): Promise<void> {
  const answers = new Map<string, boolean>();
  const inUse: BreakingChange[] = [];
  for (const change of changes) {
    const holding = holdingOf(change);
    const words = wordsOf(holding);
    const held = answers.get(words) ?? (await isHeld(holding));
    answers.set(words, held);
    if (held) inUse.push(change);
  }
  if (inUse.length > 0) throw schemasInUse(inUse);
}

function holdingOf({ resourceType, extension }: BreakingChange): SchemaHolding {
  return { resourceType, ...(extension === undefined ? {} : { extension }) };
}

function wordsOf({ resourceType, extension }: SchemaHolding): string {
  return extension === undefined
    ? `${resourceType} resources`
    : `${resourceType} resources with ${extension}`;
}

function schemasInUse(changes: readonly BreakingChange[]): TenantError {
  const shown = changes
    .slice(0, CHANGES_SHOWN_MAX)
    .map((change) => `${change.change} (there are ${wordsOf(holdingOf(change))})`);
  const more =
    changes.length > CHANGES_SHOWN_MAX ? `; and ${changes.length - CHANGES_SHOWN_MAX} more changes` : '';
  return new TenantError(
    'schemas_in_use',
    `Resources of the tenant would not fit these schemas any more: ${shown.join('; ')}${more}. ` +
      'Leave in the registration what they need, or delete these resources first (of an extension it is enough to remove its attributes from them).',
  );
}
