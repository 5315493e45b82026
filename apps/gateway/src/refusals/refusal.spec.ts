import { describe, expect, it } from '@jest/globals';
import { causes } from '@muster/contracts';
import { parsePatch, parseResource, userResourceType } from '@muster/scim';
import { errorAnswer, refusalOf } from '../scim/http/error-answer.js';
import { Refusal } from './refusal.js';

function refusalBy(work: () => unknown): Refusal {
  try {
    work();
  } catch (error) {
    return refusalOf(error);
  }
  throw new Error('nothing was refused');
}

const patchWith = (path: string): unknown => ({ Operations: [{ op: 'replace', path, value: 5 }] });

describe('Refusal', () => {
  it.each([...causes])('%s has the status of its row', (key, cause) => {
    const refusal = new Refusal(key);
    expect(errorAnswer(refusal)).toMatchObject({
      status: cause.status,
      body: { status: String(cause.status) },
    });
    expect(refusal.groupingKey).toBe(key);
  });

  it('of an attribute that is missing says so', () => {
    const refusal = refusalBy(() => parseResource(userResourceType, { displayName: 'x' }, 'create'));
    expect(refusal).toMatchObject({ causeKey: 'missing_required', status: 400, scimType: 'invalidValue' });
    expect(refusal.detail).toContain('userName');
  });

  it('groups what is wrong with one attribute, and tells two apart', () => {
    const title = refusalBy(() => parseResource(userResourceType, { userName: 'a', title: {} }, 'create'));
    const sameTitle = refusalBy(() =>
      parseResource(userResourceType, { userName: 'b', title: { x: 1 } }, 'create'),
    );
    const active = refusalBy(() => parseResource(userResourceType, { userName: 'a', active: {} }, 'create'));
    expect(title.causeKey).toBe('invalid_value');
    expect(sameTitle.groupingKey).toBe(title.groupingKey);
    expect(active.groupingKey).not.toBe(title.groupingKey);
  });

  it('does not group by what a path compares with', () => {
    const keys = ['a', 'b'].map((name) => {
      const refusal = refusalBy(() =>
        parsePatch(userResourceType, patchWith(`emails[value eq "${name}@x.test"].type`), {
          unknownAttributes: 'reject',
        }),
      );
      expect(refusal.status).toBe(400);
      return refusal.groupingKey;
    });
    expect(new Set(keys).size).toBe(1);
  });

  it('of something unforeseen says nothing of it', () => {
    const refusal = refusalOf(new Error('secret'));
    expect(refusal.causeKey).toBe('internal_error');
    expect(JSON.stringify(errorAnswer(refusal))).not.toContain('secret');
  });
});
