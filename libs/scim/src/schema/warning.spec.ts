import { describe, expect, it } from '@jest/globals';
import { parsePatch } from '../intake/parse-patch.js';
import { userResourceType } from './standard-resource-types.js';
import { WarningList } from './warning.js';

function shown(path: string): string | undefined {
  const warnings = new WarningList();
  warnings.add('unknownAttribute', path);
  return warnings.all[0]?.path;
}

describe('the path of a warning', () => {
  it.each([
    ['emails[value eq "rita@x.test"].colour', 'emails[...].colour'],
    ['emails[value eq "rita@x.test"', 'emails[...]'],
    ['a[b eq "]"].c[d eq 1234]', 'a[...]'],
    ['emails[type eq "work"].colour', 'emails[type eq "work"].colour'],
    ['emails[type eq "work" and value eq "rita@x.test"].colour', 'emails[...].colour'],
    ['emails[0].colour', 'emails[0].colour'],
    ['a[0].b[c eq "x"].d', 'a[0].b[...].d'],
    ['a\u0000b\n', 'a\ufffdb\ufffd'],
    ['\ud800', '\ufffd'],
    ['x'.repeat(1000), 'x'.repeat(128)],
  ])('of %j is %j', (path, expected) => {
    expect(shown(path)).toBe(expected);
  });

  it('holds nothing of what a PATCH selects by, in a path or in a key', () => {
    const paths = ['emails[value eq "rita@x.test"].colour', 'groups[display eq "Board"].value'];
    const { warnings } = parsePatch(userResourceType, {
      Operations: paths.flatMap((path) => [
        { op: 'replace', path, value: 'x' },
        { op: 'replace', value: { [path]: 'x' } },
      ]),
    });
    expect(warnings.filter(({ kind }) => kind !== 'missingSchema').map(({ path }) => path)).toEqual([
      'emails[...].colour',
      'emails[...].colour',
      'groups[...].value',
      'groups[...].value',
    ]);
  });
});
