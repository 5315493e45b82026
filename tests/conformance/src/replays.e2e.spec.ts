import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { oktaCases } from './clients/okta.js';
import { otherClientCases } from './clients/other-clients.js';
import { entraCases } from './entra/entra-cases.js';
import { runMangled } from './mangled/run-mangled.js';
import { type Dialect } from './replay/dialect.js';
import { type ReplayCase } from './replay/replay-case.js';
import { runReplay } from './replay/run-replay.js';
import { rfcCases } from './rfc/rfc-cases.js';
import { type TestResult } from './report.js';
import { ownSchemaCases } from './schemas/own-schema-cases.js';
import { ownSchemaService, registeredEverywhere } from './schemas/own-schema-service.js';
import { type ScimService } from './service/scim-service.js';
import { startStackService } from './service/stack-service.js';
import { allCases, entraDialects, plainDialect } from './suites.js';

jest.setTimeout(180_000);

const BASE_PATHS = ['/scim/v2', '/moservices/scim/v1'];
const dialects = entraDialects(BASE_PATHS);
/** The two that differ most; `npm run conformance` plays all of them. */
const shortDialects = [dialects.at(0)!, dialects.at(3)!];

let service: ScimService;

beforeAll(async () => {
  service = await startStackService();
});

afterAll(async () => {
  await service.stop();
});

function describeReplay(
  cases: readonly ReplayCase[],
  dialect: Dialect,
  serviceOf = (each: ScimService): ScimService => each,
): void {
  describe(dialect.name, () => {
    let results: readonly TestResult[];

    beforeAll(async () => {
      results = await runReplay(dialect.name, cases, dialect, serviceOf(service));
    });

    it.each(cases.map(({ name }, position) => [name, position] as const))('%s', (_, position) => {
      expect(results[position]).toMatchObject({ state: 'passed', remarks: [] });
    });
  });
}

for (const dialect of shortDialects) describeReplay(entraCases, dialect);
describeReplay([...oktaCases, ...otherClientCases], plainDialect('okta', BASE_PATHS));
describeReplay(rfcCases, plainDialect('rfc', BASE_PATHS));

describeReplay(ownSchemaCases, plainDialect('schemas', BASE_PATHS), ownSchemaService);
describeReplay(entraCases, plainDialect('entra, own schemas', BASE_PATHS), registeredEverywhere);

describe('the service', () => {
  it('answers damaged requests with SCIM errors', async () => {
    const options = { seed: 5, requests: 400 };
    const result = await runMangled(
      'mangled',
      allCases,
      plainDialect('mangled', BASE_PATHS),
      service,
      options,
    );
    expect(result).toMatchObject({ state: 'passed', remarks: [] });
  });

  it('has answered nothing with 5xx', async () => {
    expect(await service.serverErrors()).toBe(0);
  });
});
