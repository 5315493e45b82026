import { describe, expect, it } from '@jest/globals';
import { Population, TEAM_SIZE, TITLES } from './population.js';

describe('a population', () => {
  const population = new Population(5_000);
  const people = Array.from({ length: population.count }, (_, index) => population.person(index));

  it.each(['userName', 'externalId', 'email'] as const)('shares no %s between two people', (name) => {
    expect(new Set(people.map((person) => person[name])).size).toBe(people.length);
  });

  it('does not come in the order of its names', () => {
    const inOrder = people.filter(
      ({ userName }, index) => index > 0 && userName > (people[index - 1]?.userName ?? ''),
    );
    expect(inOrder.length).toBeGreaterThan(people.length / 4);
    expect(inOrder.length).toBeLessThan(people.length * 0.9);
  });

  it('holds as many as the filters of the benchmark expect to find', () => {
    for (const index of [0, 77, 4_999]) {
      const prefix = population.prefixOfTen(index);
      expect(people.filter(({ userName }) => userName.startsWith(prefix))).toHaveLength(10);
    }
    expect(people.filter(({ title }) => title === 'Title 7')).toHaveLength(population.count / TITLES);
    expect(people.filter(({ familyName }) => familyName.includes('olber'))).toHaveLength(
      population.count / 8,
    );
  });

  it('puts nobody into two teams', () => {
    const inTeams = Array.from({ length: population.teams }, (_, number) => population.team(number)).flat();
    expect(inTeams).toHaveLength(population.teams * TEAM_SIZE);
    expect(new Set(inTeams).size).toBe(inTeams.length);
    expect(Math.max(...inTeams)).toBeLessThan(population.count);
  });

  it.each([0, 999, 1_500, 7_919_000, Number.NaN])('is not of %d people', (count) => {
    expect(() => new Population(count)).toThrow('a population is a multiple of 1,000');
  });
});
