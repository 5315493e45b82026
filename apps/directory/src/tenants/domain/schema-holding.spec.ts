import { describe, expect, it } from '@jest/globals';
import type { BreakingChange } from '@muster/scim';
import { refuseWhatIsInUse, type SchemaHolding } from './schema-holding.js';

const gone = (resourceType: string): BreakingChange => ({ resourceType, change: `${resourceType} is gone` });
const badge = (attribute: string): BreakingChange => ({
  resourceType: 'User',
  extension: 'urn:example:Badge',
  change: `urn:example:Badge:${attribute} is gone`,
});

/** What is asked for, and how it is answered. */
async function refuse(changes: readonly BreakingChange[], isHeld: (holding: SchemaHolding) => boolean) {
  const asked: SchemaHolding[] = [];
  const refusal: unknown = await refuseWhatIsInUse(changes, (holding) => {
    asked.push(holding);
    return Promise.resolve(isHeld(holding));
  }).catch((error: unknown) => error);
  return { asked, refusal };
}

describe('refuseWhatIsInUse', () => {
  it('lets changes pass that concern nothing, and asks once for each holding', async () => {
    const { asked, refusal } = await refuse([gone('Device'), badge('colour'), badge('number')], () => false);
    expect(refusal).toBeUndefined();
    expect(asked).toEqual([
      { resourceType: 'Device' },
      { resourceType: 'User', extension: 'urn:example:Badge' },
    ]);
  });

  it('names the changes that concern something and no other', async () => {
    const { refusal } = await refuse(
      [gone('Device'), badge('colour')],
      ({ extension }) => extension !== undefined,
    );
    expect(refusal).toMatchObject({
      code: 'schemas_in_use',
      status: 409,
      detail: expect.stringMatching(
        /: urn:example:Badge:colour is gone \(there are User resources with urn:example:Badge\)\. Leave/,
      ),
    });
    expect(refusal).toMatchObject({ detail: expect.not.stringContaining('Device') });
  });

  it('tells of ten and counts the others', async () => {
    const changes = Array.from({ length: 13 }, (_, place) => badge(`attribute${place}`));
    const { refusal } = await refuse(changes, () => true);
    const detail = String((refusal as { detail?: unknown }).detail);
    expect(detail.match(/ is gone/g)).toHaveLength(10);
    expect(detail).toContain('; and 3 more changes. Leave');
  });
});
