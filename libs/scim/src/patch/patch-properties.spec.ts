import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { type ScimDocument } from '../document/scim-document.js';
import { ScimError } from '../errors/scim-error.js';
import { parsePatch } from '../intake/parse-patch.js';
import { parseResource } from '../intake/parse-resource.js';
import { userResourceType } from '../schema/standard-resource-types.js';
import { arbitraryUserBody } from '../testing/arbitrary-filter.js';
import { arbitraryOperations } from '../testing/arbitrary-patch.js';
import { plain } from '../testing/plain.js';
import { referencePatch, type WireOperation } from '../testing/reference-patch.js';
import { applyPatch } from './apply-patch.js';
import { diffDocuments } from './diff-documents.js';
import { patchFromJson } from './patch-from-json.js';
import { replaceDocument } from './replace-document.js';

const arbitraryDocument = arbitraryUserBody.map(
  (body) => parseResource(userResourceType, body, 'create').document,
);
const numRuns = 1000;

/** The document after the operations, or the scimType of the refusal. */
function patch(document: ScimDocument, operations: readonly WireOperation[]): ScimDocument | string {
  try {
    return applyPatch(userResourceType, document, parsePatch(userResourceType, { Operations: operations }))
      .document;
  } catch (error) {
    if (error instanceof ScimError) return String(error.scimType);
    throw error;
  }
}

describe('every patch', () => {
  it('does what the reference made from the RFC does', () => {
    fc.assert(
      fc.property(arbitraryDocument, arbitraryOperations, (document, operations) => {
        const expected = referencePatch(plain(document) as Record<string, unknown>, operations);
        const actual = patch(document, operations);
        expect(typeof actual === 'string' ? actual : plain(actual)).toEqual(expected);
      }),
      { numRuns: 2000 },
    );
  });

  it('leaves a document that is canonical', () => {
    fc.assert(
      fc.property(arbitraryDocument, arbitraryOperations, (document, operations) => {
        const after = patch(document, operations);
        if (typeof after === 'string') return;
        const again = parseResource(userResourceType, plain(after), 'replace');
        expect(plain(again.document)).toEqual(plain(after));
        expect(again.warnings.filter(({ kind }) => kind !== 'missingSchema')).toEqual([]);
      }),
      { numRuns },
    );
  });

  it('never changes what it was given', () => {
    fc.assert(
      fc.property(arbitraryDocument, arbitraryOperations, (document, operations) => {
        const before = JSON.stringify([document, operations]);
        patch(document, operations);
        expect(JSON.stringify([document, operations])).toBe(before);
      }),
      { numRuns },
    );
  });

  it('is its operations one by one', () => {
    fc.assert(
      fc.property(arbitraryDocument, arbitraryOperations, (document, operations) => {
        let stepwise: ScimDocument | string = document;
        for (const operation of operations) {
          if (typeof stepwise !== 'string') stepwise = patch(stepwise, [operation]);
        }
        const atOnce = patch(document, operations);
        // A required attribute may be missing between two operations of one request, not between two requests.
        if (stepwise === 'mutability') return;
        expect(plain(atOnce)).toEqual(plain(stepwise));
      }),
      { numRuns },
    );
  });

  it('is the same when its normal form comes from another process', () => {
    fc.assert(
      fc.property(arbitraryOperations, (operations) => {
        const sent = parsePatch(userResourceType, { Operations: operations });
        const received = patchFromJson(userResourceType, JSON.parse(JSON.stringify(sent)));
        expect(plain(received.operations)).toEqual(plain(sent.operations));
      }),
      { numRuns },
    );
  });

  it('tells what it changed', () => {
    fc.assert(
      fc.property(arbitraryDocument, arbitraryOperations, (document, operations) => {
        const after = patch(document, operations);
        if (typeof after === 'string') return;
        const { changed, previous } = diffDocuments(document, after);
        expect(changed.length === 0).toBe(
          JSON.stringify(plain(after)) === JSON.stringify(plain(document)) || after === document,
        );
        expect(new Set(changed).size).toBe(changed.length);
        expect(diffDocuments(after, document).changed.toSorted()).toEqual(changed.toSorted());
        for (const name of Object.keys(previous)) expect(document).toHaveProperty([name]);
      }),
      { numRuns },
    );
  });
});

describe('a patch', () => {
  it('that adds what was not there is undone by remove', () => {
    const fresh = fc.constantFrom<readonly [string, unknown]>(
      ['nickName', 'fresh'],
      ['name.middleName', 'fresh'],
      ['urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:division', 'fresh'],
      ['emails[type eq "fresh"].value', 'fresh'],
      ['phoneNumbers', [{ value: 'fresh' }]],
    );
    fc.assert(
      fc.property(arbitraryDocument, fresh, (document, [path, value]) => {
        const added = patch(document, [{ op: 'add', path, value }]) as ScimDocument;
        const removed = patch(added, [{ op: 'remove', path: path.replace(/\]\.value$/, ']') }]);
        expect(plain(removed)).toEqual(plain(document));
      }),
    );
  });

  it('that replaces is the same sent twice', () => {
    const replace = arbitraryOperations.map((operations) =>
      operations
        .filter(({ op, path }) => op === 'replace' && path !== undefined && !path.includes('['))
        .slice(0, 1),
    );
    fc.assert(
      fc.property(arbitraryDocument, replace, (document, operations) => {
        if (operations.length === 0) return;
        const once = patch(document, operations);
        if (typeof once !== 'string') expect(patch(once, operations)).toBe(once);
      }),
      { numRuns },
    );
  });

  it('can turn one user into any other, and so can a replacement', () => {
    fc.assert(
      fc.property(arbitraryDocument, arbitraryDocument, (from, to) => {
        const { changed, document } = replaceDocument(userResourceType, from, to);
        expect(plain(document)).toEqual(plain(to));
        expect(document === from).toBe(changed.length === 0);
        const gone = Object.keys(from).filter((name) => to[name] === undefined && !name.includes(':'));
        const operations: WireOperation[] = [
          ...gone.map((path) => ({ op: 'remove' as const, path })),
          { op: 'remove', path: 'name' },
          { op: 'remove', path: 'urn:ietf:params:scim:schemas:extension:enterprise:2.0:User' },
          { op: 'replace', value: plain(to) },
        ];
        expect(plain(patch(from, operations))).toEqual(plain(to));
      }),
    );
  });
});
