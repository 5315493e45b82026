import { absent } from '../replay/expected-json.js';
import { formEncoded, percentEncoded } from '../replay/encoding.js';
import { get, patch, type ReplayCase } from '../replay/replay-case.js';
import { ENTERPRISE } from '../replay/scim-names.js';
import { listOf, newGroup, newUser, nothingFound, scimError } from '../replay/usual-steps.js';

const jo = newUser('jo', {
  externalId: 'Jo-{{n}}',
  emails: [
    { type: 'work', value: 'jo.{{n}}@contoso.com', primary: true },
    { type: 'home', value: 'home.{{n}}@contoso.com' },
  ],
});
const onlyJo = listOf({ id: '{{jo}}', userName: 'jo.{{n}}@contoso.com' });

const WORK_MAIL = 'emails[type eq "work"].value';

/** The filter in every spelling that reaches a server. */
function spellings(filter: string): string[] {
  return [
    `/Users?filter=${formEncoded(filter)}`,
    `/Users?filter=${percentEncoded(filter)}`,
    // Brackets and quotes as they are: a library that encodes the spaces only.
    `/Users?filter=${filter.replaceAll(' ', '+')}`,
    `/Users?filter=${formEncoded(filter)}&startIndex=1&count=100`,
  ];
}

const matchedUsers: readonly ReplayCase[] = [
  {
    name: 'match by userName, with a plus, %20 and bare quotes',
    steps: [
      jo,
      ...spellings('userName eq "jo.{{n}}@contoso.com"').map((path) => get(path, { answers: onlyJo })),
    ],
  },
  {
    name: 'match by externalId, with a plus, %20 and bare quotes',
    steps: [jo, ...spellings('externalId eq "Jo-{{n}}"').map((path) => get(path, { answers: onlyJo }))],
  },
  {
    name: 'match by the work mail, in the form that RFC 7644 has no grammar for',
    steps: [
      jo,
      ...spellings(`${WORK_MAIL} eq "jo.{{n}}@contoso.com"`).map((path) => get(path, { answers: onlyJo })),
    ],
  },
  {
    name: 'match by the work mail: type and value have to be of one element',
    steps: [
      jo,
      ...spellings(`${WORK_MAIL} eq "home.{{n}}@contoso.com"`).map((path) =>
        get(path, { answers: nothingFound }),
      ),
    ],
  },
  {
    name: 'match without quotes around the value',
    steps: [
      jo,
      get('/Users?filter=externalId+eq+Jo-{{n}}', { answers: onlyJo }),
      get('/Users?filter=userName+eq+jo.{{n}}%40contoso.com', { answers: onlyJo }),
    ],
  },
  {
    name: 'match whatever the case of a user name, an attribute and an operator; externalId keeps its case',
    steps: [
      jo,
      get('/Users?filter=userName+eq+%22JO.{{n}}%40CONTOSO.COM%22', { answers: onlyJo }),
      get('/Users?filter=USERNAME+EQ+%22jo.{{n}}%40contoso.com%22', { answers: onlyJo }),
      get('/Users?filter=externalId+eq+%22jo-{{n}}%22', { answers: nothingFound }),
    ],
  },
  {
    name: 'match a name with an apostrophe, an ampersand and letters of other alphabets',
    steps: [
      newUser('ana', { externalId: "O'Néill & Çelik+{{n}} 太郎" }),
      get(`/Users?filter=${formEncoded(`externalId eq "O'Néill & Çelik+{{n}} 太郎"`)}`, {
        answers: listOf({ id: '{{ana}}' }),
      }),
      get(`/Users?filter=${percentEncoded(`externalId eq "O'Néill & Çelik+{{n}} 太郎"`)}`, {
        answers: listOf({ id: '{{ana}}' }),
      }),
    ],
  },
  {
    name: 'match a user who is disabled',
    steps: [
      jo,
      patch('/Users/{{jo}}', [{ op: 'Replace', path: 'active', value: 'False' }]),
      get('/Users?filter=userName+eq+%22jo.{{n}}%40contoso.com%22', {
        answers: listOf({ id: '{{jo}}', active: false }),
      }),
    ],
  },
  {
    name: 'a filter that nobody understands is refused and never means everybody',
    steps: [
      get('/Users?filter=userName+is+%22jo%22', {
        status: 400,
        answers: scimError(400, { scimType: 'invalidFilter' }),
      }),
      get('/Users?filter=shoeSize+eq+%2242%22', {
        status: 400,
        answers: scimError(400, { scimType: 'invalidFilter' }),
      }),
      get('/Groups?filter=members[', { status: 400, answers: scimError(400, { scimType: 'invalidFilter' }) }),
    ],
  },
];

/** `filter=id eq "..." and <attribute> eq "..."`: does a reference have this value? */
function referenceCheck(
  kind: 'Users' | 'Groups',
  id: string,
  attribute: string,
  value: string,
  rest: string,
): string {
  return `/${kind}?filter=${formEncoded(`id eq "${id}" and ${attribute} eq "${value}"`)}${rest}`;
}

const referenceChecks: readonly ReplayCase[] = [
  {
    name: 'reference check: who the manager is',
    steps: [
      newUser('boss'),
      newUser('jo', { [ENTERPRISE]: { manager: { value: '{{boss}}' } } }),
      ...['manager', 'manager.value', `${ENTERPRISE}:manager`, `${ENTERPRISE}:manager.value`].flatMap(
        (attribute) => [
          get(referenceCheck('Users', '{{jo}}', attribute, '{{boss}}', '&attributes=id'), {
            answers: listOf({ id: '{{jo}}', userName: absent }),
          }),
          get(referenceCheck('Users', '{{jo}}', attribute, '{{jo}}', '&attributes=id'), {
            answers: nothingFound,
          }),
        ],
      ),
    ],
  },
  {
    name: 'reference check: who is a member',
    steps: [
      newUser('jo'),
      newUser('eve'),
      newGroup('eng', { members: [{ value: '{{jo}}' }] }),
      ...['members', 'members.value'].flatMap((attribute) => [
        get(referenceCheck('Groups', '{{eng}}', attribute, '{{jo}}', '&excludedAttributes=members'), {
          answers: listOf({ id: '{{eng}}', members: absent }),
        }),
        get(referenceCheck('Groups', '{{eng}}', attribute, '{{eve}}', '&excludedAttributes=members'), {
          answers: nothingFound,
        }),
      ]),
      get(`/Groups?filter=${percentEncoded('members[value eq "{{jo}}"]')}`, {
        answers: listOf({ id: '{{eng}}' }),
      }),
    ],
  },
];

export const matchingCases: readonly ReplayCase[] = [...matchedUsers, ...referenceChecks];
