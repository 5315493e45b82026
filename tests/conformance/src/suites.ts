import { oktaCases } from './clients/okta.js';
import { otherClientCases } from './clients/other-clients.js';
import { entraCases } from './entra/entra-cases.js';
import { runMangled } from './mangled/run-mangled.js';
import { runJavaClient } from './programs/java-client.js';
import { runScimSanity, scimSanityTenant } from './programs/scim-sanity.js';
import { runScim2Tester } from './programs/scim2-tester.js';
import { type Dialect } from './replay/dialect.js';
import { type ReplayCase, type TenantWish } from './replay/replay-case.js';
import { runReplay } from './replay/run-replay.js';
import { rfcCases } from './rfc/rfc-cases.js';
import { type TestResult } from './report.js';
import { ownSchemaCases } from './schemas/own-schema-cases.js';
import { ownSchemaService, registeredEverywhere, showsTestResource } from './schemas/own-schema-service.js';
import { readableRegistration } from './schemas/readable-registration.js';
import { SAMPLE_REGISTRATION } from './schemas/sample-registration.js';
import { type ScimService, type Tenant } from './service/scim-service.js';

export const SUITES = [
  'entra',
  'okta',
  'rfc',
  'schemas',
  'mangled',
  'scim2-tester',
  'scim-sanity',
  'scim-sdk',
  'unboundid',
] as const;
export type SuiteName = (typeof SUITES)[number];

/** The rows of every suite. */
export const allCases: readonly ReplayCase[] = [
  ...entraCases,
  ...oktaCases,
  ...otherClientCases,
  ...rfcCases,
  ...ownSchemaCases,
];

const MANGLED_SEEDS = [1, 2, 3, 4];
const MANGLED_REQUESTS = 1_000;

const scimJson = 'application/scim+json; charset=utf-8';
const FLAG = 'aadOptscim062020';

/** The tenant URLs that administrators type for Entra, over the service's own base paths. */
export function entraDialects([base = '', ...others]: readonly string[]): Dialect[] {
  const plain = [base, ...others].flatMap((each): Dialect[] => [
    { name: `entra ${each}`, base: each, contentType: scimJson },
    { name: `entra ${each}?${FLAG}`, base: each, query: FLAG, contentType: scimJson },
  ]);
  return [
    ...plain,
    { name: `entra ${base}/?${FLAG}`, base: `${base}/`, query: FLAG, contentType: 'application/json' },
  ];
}

/** As Okta writes, and clients by the letter with it. */
export function plainDialect(name: string, [base = '']: readonly string[]): Dialect {
  return { name, base, contentType: scimJson, accept: scimJson };
}

/** @throws MissingProgramError when the suite is a program that cannot be had */
export async function runSuite(name: SuiteName, service: ScimService): Promise<TestResult[]> {
  switch (name) {
    case 'entra':
      return runEntra(service);
    case 'okta':
      return runPlain(name, [...oktaCases, ...otherClientCases], service);
    case 'rfc':
      return runPlain(name, rfcCases, service);
    case 'schemas':
      return runOwnSchemas(service);
    case 'mangled':
      return runAllMangled(service);
    case 'scim2-tester':
      return runScim2TesterTwice(service);
    case 'scim-sanity':
      return runScimSanity(name, await newTenant(service, scimSanityTenant));
    case 'scim-sdk':
    case 'unboundid':
      return runJavaClient(name, await newTenant(service, {}));
  }
}

function runPlain(
  name: SuiteName,
  cases: readonly ReplayCase[],
  service: ScimService,
): Promise<TestResult[]> {
  return runReplay(name, cases, plainDialect(name, service.basePaths), service);
}

/**
 * The cases of the sample, and what Entra sends to a tenant that has it: its commands are read by other schemas, and mean the same.
 * At a service that runs already the sample has to be registered for its tenant; where it is not, the suite says so.
 */
async function runOwnSchemas(service: ScimService): Promise<TestResult[]> {
  const suite = 'schemas';
  const own = ownSchemaService(service);
  if (!(await showsTestResource(await own.commonTenant()))) {
    const remarks = ['the tenant has not registered deploy/examples/test-resource.json'];
    return [{ suite, test: 'all of it', state: 'skipped', remarks }];
  }
  const dialect = plainDialect(suite, service.basePaths);
  return [
    ...(await runReplay(suite, ownSchemaCases, dialect, own)),
    ...(await runReplay('entra, own schemas', entraCases, dialect, registeredEverywhere(service))),
  ];
}

/** Once with what every tenant has, and where tenants can be made, once with schemas of its own: it walks whatever it discovers. */
async function runScim2TesterTwice(service: ScimService): Promise<TestResult[]> {
  const results = await runScim2Tester('scim2-tester', await newTenant(service, {}));
  const extended = await service.newTenant({ registration: readableRegistration(SAMPLE_REGISTRATION) });
  if (extended === undefined) return results;
  return [...results, ...(await runScim2Tester('scim2-tester, own schemas', extended))];
}

async function runAllMangled(service: ScimService): Promise<TestResult[]> {
  const dialect = plainDialect('mangled', service.basePaths);
  const results: TestResult[] = [];
  for (const seed of MANGLED_SEEDS) {
    results.push(
      await runMangled('mangled', allCases, dialect, service, { seed, requests: MANGLED_REQUESTS }),
    );
  }
  return results;
}

async function runEntra(service: ScimService): Promise<TestResult[]> {
  const results: TestResult[] = [];
  for (const dialect of entraDialects(service.basePaths)) {
    results.push(...(await runReplay(dialect.name, entraCases, dialect, service)));
  }
  return results;
}

/** A tenant with nothing in it, or the one there is. */
async function newTenant(service: ScimService, wish: TenantWish): Promise<Tenant> {
  return (await service.newTenant(wish)) ?? (await service.commonTenant());
}
