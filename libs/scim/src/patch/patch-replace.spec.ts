import { describe, it } from '@jest/globals';
import { checkPatch, type PatchRow } from '../testing/check-patch.js';

const ENT = 'urn:ietf:params:scim:schemas:extension:enterprise:2.0:User';
const CORE = 'urn:ietf:params:scim:schemas:core:2.0:User';

const work = { type: 'work', value: 'w@x.test' };
const home = { type: 'home', value: 'h@x.test' };

const replacing: readonly PatchRow[] = [
  {
    cite: 's3.5.2.3: no path: a list of attributes',
    before: { title: 'A', emails: [work] },
    operations: [{ op: 'replace', value: { title: 'B', emails: [home] } }],
    after: { title: 'B', emails: [home] },
  },
  {
    cite: 's3.5.2.3: single-valued',
    before: { title: 'A' },
    operations: [{ op: 'replace', path: 'title', value: 'B' }],
    after: { title: 'B' },
  },
  {
    cite: 's3.5.2.3: multi-valued, no filter: all values',
    before: { emails: [work, { ...home, primary: true }] },
    operations: [{ op: 'replace', path: 'emails', value: [{ value: 'n@x.test' }] }],
    after: { emails: [{ value: 'n@x.test' }] },
  },
  {
    cite: 's3.5.2.3: not there: as add',
    operations: [{ op: 'replace', path: 'title', value: 'B' }],
    after: { title: 'B' },
  },
  {
    cite: 's3.5.2.3: complex: sub-attributes that are not given stay',
    before: { name: { givenName: 'A', familyName: 'B' } },
    operations: [{ op: 'replace', path: 'name', value: { familyName: 'C' } }],
    after: { name: { givenName: 'A', familyName: 'C' } },
  },
  {
    cite: 's3.5.2.3: the selected values as a whole',
    before: { emails: [{ ...work, display: 'd' }, home] },
    operations: [
      { op: 'replace', path: 'emails[type eq "work"]', value: { type: 'work', value: 'n@x.test' } },
    ],
    after: { emails: [{ type: 'work', value: 'n@x.test' }, home] },
  },
  {
    cite: 'a value that is replaced can be found again',
    before: { emails: [work] },
    operations: [{ op: 'replace', path: 'emails[type eq "work"]', value: { value: 'n@x.test' } }],
    after: { emails: [{ type: 'work', value: 'n@x.test' }] },
  },
  {
    cite: 's3.5.2.3: sub-attribute of the selected values',
    before: {
      addresses: [
        { type: 'work', locality: 'Oslo', country: 'NO' },
        { type: 'home', locality: 'Rome' },
      ],
    },
    operations: [{ op: 'replace', path: 'addresses[type eq "work"].locality', value: 'Bergen' }],
    after: {
      addresses: [
        { type: 'work', locality: 'Bergen', country: 'NO' },
        { type: 'home', locality: 'Rome' },
      ],
    },
  },
  {
    cite: 's3.5.2.3: nothing selected: noTarget',
    before: { emails: [work] },
    operations: [{ op: 'replace', path: 'emails[value co "nobody"].display', value: 'x' }],
    refused: 'noTarget',
  },
  {
    cite: 'noTarget when what would be made is not what is selected',
    before: { emails: [work] },
    operations: [{ op: 'replace', path: 'emails[value eq "old@x.test"].value', value: 'new@x.test' }],
    refused: 'noTarget',
  },
  {
    cite: 'noTarget: a disjunction does not say what to make',
    operations: [{ op: 'add', path: 'emails[type eq "a" or type eq "b"].value', value: 'x' }],
    refused: 'noTarget',
  },
  {
    cite: 's3.5.2: primary by a path takes the mark from the other',
    before: { emails: [{ ...work, primary: true }, home] },
    operations: [{ op: 'replace', path: 'emails[type eq "home"].primary', value: true }],
    after: {
      emails: [
        { ...work, primary: false },
        { ...home, primary: true },
      ],
    },
  },
  {
    cite: 'of several selected values one becomes primary',
    before: { emails: [work, home] },
    operations: [{ op: 'replace', path: 'emails[value pr].primary', value: true }],
    after: {
      emails: [
        { ...work, primary: true },
        { ...home, primary: false },
      ],
    },
  },
  {
    cite: 's3.5.2: later operations see what earlier ones did',
    before: { emails: [work] },
    operations: [
      { op: 'remove', path: 'emails' },
      { op: 'add', path: 'emails', value: [home] },
      { op: 'replace', path: 'emails[type eq "home"].value', value: 'n@x.test' },
    ],
    after: { emails: [{ type: 'home', value: 'n@x.test' }] },
  },
  {
    cite: 'there and back again is no change',
    before: { title: 'A' },
    operations: [
      { op: 'replace', path: 'title', value: 'B' },
      { op: 'replace', path: 'title', value: 'A' },
    ],
    after: { title: 'A' },
    changed: [],
  },
  {
    cite: 's3.5.2: atomic: the last operation fails, none has an effect',
    before: { title: 'A' },
    operations: [
      { op: 'replace', path: 'title', value: 'B' },
      { op: 'replace', path: 'emails[value co "x"].value', value: 'y' },
    ],
    refused: 'noTarget',
  },
  {
    cite: 'core URN in a path',
    operations: [{ op: 'replace', path: `${CORE}:name.givenName`, value: 'G' }],
    after: { name: { givenName: 'G' } },
  },
  {
    cite: 'core URN as a path',
    operations: [{ op: 'replace', path: CORE, value: { title: 'T', name: { givenName: 'G' } } }],
    after: { title: 'T', name: { givenName: 'G' } },
  },
  {
    cite: 'extension nested in a value without a path',
    before: { [ENT]: { department: 'D', division: 'V' } },
    operations: [{ op: 'replace', value: { [ENT]: { department: 'E', manager: { value: 'u-9' } } } }],
    after: { [ENT]: { department: 'E', division: 'V', manager: { value: 'u-9' } } },
    changed: [`${ENT}:department`, `${ENT}:manager.value`],
  },
  {
    cite: 'extension URN as a path',
    operations: [{ op: 'add', path: ENT, value: { department: 'E' } }],
    after: { [ENT]: { department: 'E' } },
  },
  {
    cite: 'names in any case',
    operations: [{ op: 'replace', path: 'EMAILS[TYPE EQ "work"].VALUE', value: 'w@x.test' }],
    after: { emails: [work] },
  },
];

describe('replace', () => {
  it.each(replacing.map((row) => [row.cite, JSON.stringify(row.operations).slice(0, 120), row] as const))(
    '%s: %s',
    (_c, _o, row) => {
      checkPatch(row);
    },
  );
});
