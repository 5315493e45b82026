import { describe, expect, it } from '@jest/globals';
import { parseResource } from '../intake/parse-resource.js';
import { defineSchema } from '../schema/define-schema.js';
import { defineResourceType } from '../schema/resource-type.js';
import { plain, refusalOf } from '../testing/plain.js';
import { replaceDocument } from './replace-document.js';

const attributes = [{ name: 'serial', mutability: 'immutable' }, { name: 'note' }];
const core = defineSchema({ id: 'urn:example:schemas:Badge', name: 'Badge', attributes });
const extra = defineSchema({ id: 'urn:example:schemas:Extra', name: 'Extra', attributes });
const badges = defineResourceType(
  { name: 'Badge', endpoint: '/Badges', schema: core.id, schemaExtensions: [{ schema: extra.id }] },
  [core, extra],
);
const badge = (body: object): ReturnType<typeof parseResource>['document'] =>
  parseResource(badges, body, 'replace').document;

describe('replaceDocument (RFC 7644 s3.5.1)', () => {
  const before = badge({ serial: 's', note: 'n', [extra.id]: { serial: 'x', note: 'y' } });

  it('takes the new attributes and drops the old, but for immutable ones', () => {
    const { document, changed } = replaceDocument(badges, before, badge({}));
    expect(plain(document)).toEqual({ serial: 's', [extra.id]: { serial: 'x' } });
    expect(changed).toEqual(['note', `${extra.id}:note`]);
  });

  it('changes nothing by an equal document', () => {
    const same = badge({ note: 'n', serial: 's', [extra.id]: { note: 'y', serial: 'x' } });
    expect(replaceDocument(badges, before, same)).toEqual({ document: before, changed: [] });
    expect(replaceDocument(badges, before, same).document).toBe(before);
  });

  it('sets an immutable attribute that was not set', () => {
    expect(plain(replaceDocument(badges, badge({}), badge({ serial: 't' })).document)).toEqual({
      serial: 't',
    });
  });

  it('refuses to change an immutable attribute', () => {
    expect(refusalOf(() => replaceDocument(badges, before, badge({ serial: 't' }))).scimType).toBe(
      'mutability',
    );
    expect(
      refusalOf(() => replaceDocument(badges, before, badge({ [extra.id]: { serial: 't' } }))).scimType,
    ).toBe('mutability');
  });
});
