/** One Jest run over every room: `*.spec.ts` beside the source, `*.int.spec.ts` with a real Postgres or Kafka, `*.e2e.spec.ts` with several processes. */
export default {
  rootDir: import.meta.dirname,
  roots: ['<rootDir>/apps', '<rootDir>/libs', '<rootDir>/tools', '<rootDir>/tests', '<rootDir>/bench'],
  testEnvironment: 'node',
  // After a whole run a worker holds 2 GB, which a busy machine takes most of a second to give back: Jest's 500 ms would call
  // that a leak. What was really left open is still told, and ended.
  workerGracefulExitTimeout: 10_000,
  testMatch: ['**/src/**/*.spec.ts', '**/src/**/*.spec.tsx'],
  testPathIgnorePatterns: ['/node_modules/', '/dist/'],
  modulePathIgnorePatterns: ['/dist/'],
  // Ends what hangs. How long a test takes says nothing of what it tests, and on a loaded machine all of them take longer.
  testTimeout: 60_000,
  extensionsToTreatAsEsm: ['.ts', '.tsx'],
  moduleNameMapper: { '^(\\.{1,2}/.*)\\.js$': '$1' },
  testEnvironmentOptions: { customExportConditions: ['@muster/source', 'node', 'node-addons'] },
  transform: {
    '^.+\\.tsx?$': [
      '@swc/jest',
      {
        jsc: {
          target: 'es2024',
          parser: { syntax: 'typescript', tsx: true, decorators: true },
          transform: {
            legacyDecorator: true,
            decoratorMetadata: true,
            useDefineForClassFields: false,
            react: { runtime: 'automatic' },
          },
        },
        module: { type: 'es6' },
      },
    ],
  },
};
