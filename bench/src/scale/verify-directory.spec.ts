import { describe, expect, it } from '@jest/globals';
import { LoadClient } from '../load.js';
import { Population } from './population.js';
import { differences, expectedCounts } from './verify-directory.js';

describe('what must be stored of a directory', () => {
  const expected = expectedCounts({
    tenantId: '',
    base: '',
    client: new LoadClient('http://127.0.0.1:1', '', 1),
    population: new Population(1_000),
    userIds: [],
    everyone: { id: 'e', displayName: 'Everyone', members: 1_000 },
    tenth: { id: 't', displayName: 'A tenth', members: 100 },
    teams: [{ id: '0', displayName: 'Team 0', members: 20 }],
  });

  it('is one row for each user, name and address, and one for each membership', () => {
    expect(expected).toEqual({
      users: 1_000,
      emails: 1_000,
      userNames: 1_000,
      countedUsers: 1_000,
      groups: 3,
      countedGroups: 3,
      memberships: 1_120,
      memberCounts: 1_120,
    });
    expect(differences('small directory', expected, { ...expected })).toEqual([]);
  });

  it('tells each count that is not right', () => {
    expect(
      differences('small directory', expected, { ...expected, users: 999, memberCounts: 1_119 }),
    ).toEqual([
      'small directory: 999 users are stored in place of 1000',
      'small directory: 1119 memberCounts are stored in place of 1120',
    ]);
  });
});
