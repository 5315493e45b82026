const USER_URN = 'urn:ietf:params:scim:schemas:core:2.0:User';
const ENTERPRISE_URN = 'urn:ietf:params:scim:schemas:extension:enterprise:2.0:User';

const FAMILIES = ['Berg', 'Dahl', 'Haugen', 'Moen', 'Solberg', 'Strand', 'Lund', 'Vik'];
const ENDINGS = ['sen', 'stad', 'heim', 'rud', 'lie', 'nes', 'bakken', 'ås'];
const GIVEN = ['Anna', 'Bo', 'Clara', 'Dag', 'Eva', 'Finn', 'Guro', 'Hans', 'Ida', 'Jon'];
/** Shares no factor with a count of people: it spreads them all, each to a place of his own. */
const STRIDE = 7_919;
export const TITLES = 50;
export const TEAM_SIZE = 20;
/** So many people share one team. */
const PEOPLE_PER_TEAM = 100;

/** What may be looked for in a person. */
export interface Person {
  readonly userName: string;
  readonly externalId: string;
  readonly email: string;
  readonly title: string;
  readonly familyName: string;
}

/**
 * The people of a directory, each made from a number below `count`. Names do not come in the order in which people are created, as
 * they don't in life: otherwise an index by name would happen to lie in the order of the table.
 */
export class Population {
  readonly teams: number;

  /** @param count A multiple of 1,000 that 7,919 does not divide. */
  constructor(readonly count: number) {
    checkPopulation(count);
    this.teams = count / PEOPLE_PER_TEAM;
  }

  person(index: number): Person {
    const code = (index * STRIDE + 17) % this.count;
    const name = String(code).padStart(7, '0');
    return {
      userName: `Person${name}@example.com`,
      externalId: `hr-${name}`,
      email: `Mail.${name}@example.com`,
      title: `Title ${code % TITLES}`,
      familyName: `${at(FAMILIES, code)}${at(ENDINGS, code >>> 3)}`,
    };
  }

  /** Ten people have user names that begin so. */
  prefixOfTen(index: number): string {
    return this.person(index).userName.slice(0, 'Person000000'.length);
  }

  /** The members of one of the teams, by their numbers. Nobody is in two. */
  team(number: number): number[] {
    return Array.from({ length: TEAM_SIZE }, (_, place) => number * PEOPLE_PER_TEAM + place);
  }

  randomIndex(): number {
    return Math.floor(Math.random() * this.count);
  }
}

/** @throws when there can be no population of so many */
export function checkPopulation(count: number): void {
  if (!Number.isInteger(count) || count < 1_000 || count % 1_000 !== 0 || count % STRIDE === 0)
    throw new Error('a population is a multiple of 1,000');
}

/** A user as Microsoft Entra ID sends one. */
export function userBody(person: Person): Record<string, unknown> {
  const { userName, externalId, email, title, familyName } = person;
  const givenName = at(GIVEN, Number(/\d+/.exec(userName)?.[0] ?? 0));
  return {
    schemas: [USER_URN, ENTERPRISE_URN],
    externalId,
    userName,
    active: true,
    displayName: `${givenName} ${familyName}`,
    title,
    preferredLanguage: 'en',
    emails: [{ primary: true, type: 'work', value: email }],
    name: { formatted: `${givenName} ${familyName}`, familyName, givenName },
    addresses: [
      { type: 'work', streetAddress: '1 Main Street', locality: 'Oslo', postalCode: '0150', country: 'NO' },
    ],
    phoneNumbers: [
      { type: 'work', value: '555-0100' },
      { type: 'mobile', value: '555-0101' },
    ],
    meta: { resourceType: 'User' },
    [ENTERPRISE_URN]: { employeeNumber: externalId, department: 'Research' },
  };
}

function at(words: readonly string[], index: number): string {
  return words[index % words.length] ?? '';
}
