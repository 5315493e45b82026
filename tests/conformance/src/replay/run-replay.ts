import { randomBytes } from 'node:crypto';
import { type TestResult } from '../report.js';
import { type ScimService } from '../service/scim-service.js';
import { Wire } from '../service/wire.js';
import { type Dialect } from './dialect.js';
import { type ReplayCase } from './replay-case.js';
import { runCase } from './run-case.js';

const CASES_AT_ONCE = 8;

/** Plays every case in one dialect, several at once: each minds only what it has made itself. Results come in the order of the cases. */
export async function runReplay(
  suite: string,
  cases: readonly ReplayCase[],
  dialect: Dialect,
  service: ScimService,
): Promise<TestResult[]> {
  const wire = new Wire(service.origin);
  const results: TestResult[] = [];
  let next = 0;
  const work = async (): Promise<void> => {
    for (let at = next++; at < cases.length; at = next++) {
      const each = cases[at]!;
      results[at] = { suite, test: each.name, ...(await play(each, dialect, service, wire)) };
    }
  };
  await Promise.all(Array.from({ length: CASES_AT_ONCE }, work));
  await wire.close();
  return results;
}

async function play(
  replayCase: ReplayCase,
  dialect: Dialect,
  service: ScimService,
  wire: Wire,
): Promise<Pick<TestResult, 'state' | 'remarks'>> {
  const { tenant: wish, neighbour: otherWish } = replayCase;
  const tenant = wish === undefined ? await service.commonTenant() : await service.newTenant(wish);
  if (tenant === undefined) return { state: 'skipped', remarks: ['needs a tenant of its own'] };
  const neighbour = otherWish === undefined ? undefined : await service.newTenant(otherWish);
  try {
    const unique = randomBytes(5).toString('hex');
    const remarks = await runCase(replayCase, {
      wire,
      token: tenant.token,
      neighbourToken: neighbour?.token ?? '',
      dialect,
      unique,
    });
    return { state: remarks.length === 0 ? 'passed' : 'failed', remarks };
  } catch (error) {
    return { state: 'failed', remarks: [error instanceof Error ? error.message : String(error)] };
  }
}
