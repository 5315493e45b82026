import { describe, expect, it } from '@jest/globals';
import { parseOptions } from './options.js';
import { entraDialects, SUITES } from './suites.js';
import { targetOf } from './replay/dialect.js';

describe('parseOptions', () => {
  it('runs everything on a stack of its own unless told', () => {
    expect(parseOptions([], {})).toEqual({ suites: SUITES, tenant: undefined, isEverythingRequired: false });
  });

  it('takes suites and a service that runs', () => {
    expect(
      parseOptions(['okta', '--url', 'http://x.test/scim/', '--token', 't'], { REQUIRE_ALL: '1' }),
    ).toEqual({
      suites: ['okta'],
      tenant: { url: 'http://x.test/scim', token: 't' },
      isEverythingRequired: true,
    });
  });

  it.each([[['nosuch']], [['--url', 'http://x.test']], [['--token', 't']], [['--what']]])(
    'refuses %j',
    (args) => {
      expect(() => parseOptions(args, {})).toThrow();
    },
  );
});

describe('a dialect', () => {
  it('puts the query of the tenant URL before that of a request', () => {
    const targets = entraDialects(['/scim/v2', '/old']).map((each) => targetOf(each, '/Users?filter=x'));
    expect(targets).toEqual([
      '/scim/v2/Users?filter=x',
      '/scim/v2/Users?aadOptscim062020&filter=x',
      '/old/Users?filter=x',
      '/old/Users?aadOptscim062020&filter=x',
      '/scim/v2//Users?aadOptscim062020&filter=x',
    ]);
  });
});
