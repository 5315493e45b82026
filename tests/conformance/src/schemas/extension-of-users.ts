import { absent } from '../replay/expected-json.js';
import { percentEncoded } from '../replay/encoding.js';
import { get, patch, post, put, type ReplayCase, type Step } from '../replay/replay-case.js';
import { CORE, ENTERPRISE } from '../replay/scim-names.js';
import { newUser, scimError, userIs, userNameOf } from '../replay/usual-steps.js';
import { CONTOSO_USER, ownTenant } from './sample-registration.js';

const contoso = {
  costCentre: '4100',
  badgeNumber: 'B-{{n}}',
  level: 3,
  contractEndsAt: '2030-12-31T00:00:00Z',
  isOnCall: true,
  projects: ['alpha', 'beta'],
};

function found(filter: string, ...ids: readonly string[]): Step {
  return get(`/Users?filter=${percentEncoded(filter)}`, {
    answers: { totalResults: ids.length, Resources: ids.map((id) => ({ id: `{{${id}}}` })) },
  });
}

/** An extension of users that the tenant registered, as connectors write and read it. */
export const userExtensionCases: readonly ReplayCase[] = [
  {
    name: 'user extension: is created, shown, replaced and filtered by like the enterprise one',
    ...ownTenant,
    steps: [
      newUser('jo', { [ENTERPRISE]: { department: 'R' }, [CONTOSO_USER]: contoso }),
      newUser('al', { [CONTOSO_USER]: { level: 9 } }),
      userIs('jo', {
        schemas: [CORE, ENTERPRISE, CONTOSO_USER],
        [ENTERPRISE]: { department: 'R' },
        [CONTOSO_USER]: contoso,
      }),
      found(`${CONTOSO_USER}:badgeNumber eq "B-{{n}}"`, 'jo'),
      found(`${CONTOSO_USER}:level gt 3`, 'al'),
      found(`${CONTOSO_USER}:projects eq "ALPHA" and active ne false`, 'jo'),
      found(`${ENTERPRISE}:department eq "R" and ${CONTOSO_USER}:isOnCall eq true`, 'jo'),
      get(`/Users?sortBy=${CONTOSO_USER}:level&sortOrder=descending&attributes=${CONTOSO_USER}:level`, {
        answers: {
          Resources: [
            { id: '{{al}}', userName: absent },
            { id: '{{jo}}', [CONTOSO_USER]: { level: 3 } },
          ],
        },
      }),
      put(
        '/Users/{{jo}}',
        { schemas: [CORE], userName: userNameOf('jo') },
        { answers: { schemas: [CORE], [CONTOSO_USER]: absent } },
      ),
    ],
  },
  {
    name: 'user extension: as Entra writes it: not in schemas, by path, and by keys that are paths',
    steps: [
      post(
        '/Users',
        { schemas: [CORE, ENTERPRISE], userName: userNameOf('jo'), [CONTOSO_USER]: { costCentre: '1' } },
        { as: 'jo', answers: { schemas: [CORE, CONTOSO_USER], [CONTOSO_USER]: { costCentre: '1' } } },
      ),
      patch('/Users/{{jo}}', [
        { op: 'Replace', path: `${CONTOSO_USER}:costCentre`, value: '2' },
        { op: 'Add', path: `${CONTOSO_USER}:isOnCall`, value: 'True' },
      ]),
      userIs('jo', { [CONTOSO_USER]: { costCentre: '2', isOnCall: true } }),
      patch('/Users/{{jo}}', [
        { op: 'replace', value: { displayName: 'Jo', [`${CONTOSO_USER}:costCentre`]: '3', active: 'False' } },
      ]),
      userIs('jo', { displayName: 'Jo', active: false, [CONTOSO_USER]: { costCentre: '3' } }),
      patch('/Users/{{jo}}', [{ op: 'replace', path: `${CONTOSO_USER}:costCentre`, value: '' }]),
      userIs('jo', { [CONTOSO_USER]: { costCentre: absent, isOnCall: true } }),
      patch('/Users/{{jo}}', [{ op: 'remove', path: CONTOSO_USER }]),
      userIs('jo', { schemas: [CORE], [CONTOSO_USER]: absent }),
    ],
  },
  {
    name: 'user extension: its types hold, and what is unique in it is 409 uniqueness',
    steps: [
      newUser('jo', { [CONTOSO_USER]: { badgeNumber: 'U-{{n}}' } }),
      newUser('al', { [CONTOSO_USER]: { badgeNumber: 'u-{{n}}' } }),
      post(
        '/Users',
        { schemas: [CORE], userName: userNameOf('bo'), [CONTOSO_USER]: { badgeNumber: 'U-{{n}}' } },
        { status: 409, answers: scimError(409, { scimType: 'uniqueness' }) },
      ),
      patch('/Users/{{al}}', [{ op: 'replace', path: `${CONTOSO_USER}:badgeNumber`, value: 'U-{{n}}' }], {
        status: 409,
        answers: scimError(409, { scimType: 'uniqueness' }),
      }),
      patch('/Users/{{al}}', [{ op: 'replace', path: `${CONTOSO_USER}:level`, value: 'high' }], {
        status: 400,
        answers: scimError(400, { scimType: 'invalidValue' }),
      }),
      userIs('al', { [CONTOSO_USER]: { badgeNumber: 'u-{{n}}', level: absent } }),
    ],
  },
];
