/** The part of Jest's `describe` that is needed here. */
interface SuiteDeclaration {
  (name: string, body: () => void): void;
  readonly skip: (name: string, body: () => void) => void;
}

/**
 * `describe` where there is a Postgres to test with; elsewhere the suite is skipped and says why, or fails when
 * `REQUIRE_POSTGRES=1` says that there must be one.
 */
export function wherePostgres(describe: SuiteDeclaration): (name: string, body: () => void) => void {
  if (process.env['DATABASE_URL'] || process.env['REQUIRE_POSTGRES'] === '1') return describe;
  return (name, body) => describe.skip(`${name} (skipped: DATABASE_URL names no Postgres)`, body);
}
