/**
 * The fences between rooms. Every rule has a planted violation in `tools/fences`, which fails when a rule is added without
 * one. Paths are relative to the root; specs and `testing` folders may see more than what they test.
 */

const TESTS = String.raw`\.spec\.tsx?$|/testing/`;
const PACKAGE = String.raw`(?:libs|apps|tools|tests)/[^/]+|bench`;

/** Layers of libs/scim from the bottom: a folder sees those before it in this list, never those after it. */
const SCIM_LAYERS = [
  'errors',
  'document',
  'schema',
  'filter',
  'path',
  'patch',
  'quirks',
  'intake',
  'projection',
  'messages',
];

/** Slices that share an app and nothing else. `resources` in the directory and `text` in the notifier are their kernels. */
const DIRECTORY_SLICES = 'users|groups|tenants|operations|activity|outbox|queries';
const NOTIFIER_SLICES = 'incidents|deliveries';

const scimLayerRules = SCIM_LAYERS.slice(0, -1).map((layer, position) => ({
  name: `scim-${layer}-sees-no-layer-above`,
  comment: `The layers of libs/scim are ${SCIM_LAYERS.join(' < ')}.`,
  severity: 'error',
  from: { path: `^libs/scim/src/${layer}/`, pathNot: TESTS },
  to: { path: `^libs/scim/src/(?:${SCIM_LAYERS.slice(position + 1).join('|')})/` },
}));

/** @type {import('dependency-cruiser').IConfiguration} */
module.exports = {
  forbidden: [
    {
      name: 'no-circular',
      comment:
        'Two files that need each other are one file, or a third is missing. Types alone may point both ways.',
      severity: 'error',
      from: {},
      to: { circular: true, viaOnly: { dependencyTypesNot: ['type-only'] } },
    },
    {
      name: 'no-orphans',
      comment: 'Nobody imports this file and nobody starts it.',
      severity: 'error',
      from: {
        orphan: true,
        pathNot: [
          TESTS,
          String.raw`(?:^|/)(?:index|main)\.ts$`,
          String.raw`\.[mc]js$`,
          String.raw`\.d\.ts$`,
          // Started as a process of its own.
          '^tools/stack/src/process/follow-supervisor[.]ts$',
        ],
      },
      to: {},
    },
    {
      name: 'no-unresolvable',
      comment: 'The import leads nowhere, or past the exports of a package.',
      severity: 'error',
      from: {},
      to: { couldNotResolve: true },
    },
    {
      name: 'no-undeclared-package',
      comment: 'What runs in production is declared in the package.json of the room that imports it.',
      severity: 'error',
      from: { path: '^(?:libs|apps)/', pathNot: TESTS },
      to: { dependencyTypes: ['npm-no-pkg', 'npm-unknown', 'npm-dev'], pathNot: String.raw`\.d\.ts$` },
    },
    {
      name: 'no-relative-import-of-another-package',
      comment: 'Rooms speak through their packages, whose exports are their doors.',
      severity: 'error',
      from: { path: `^(${PACKAGE})/` },
      to: { path: `^(?:${PACKAGE})/`, pathNot: '^$1/', dependencyTypes: ['local'] },
    },
    {
      name: 'no-app-imports-an-app',
      comment:
        'Apps meet on the log and over HTTP. The stack, the system tests and the bench may start them.',
      severity: 'error',
      from: { path: '^apps/([^/]+)/' },
      to: { path: '^apps/', pathNot: '^apps/$1/' },
    },
    {
      name: 'no-library-imports-a-program',
      comment: 'Libraries are below apps, tools, tests and bench.',
      severity: 'error',
      from: { path: '^libs/' },
      to: { path: '^(?:apps|tools|tests|bench)/' },
    },
    {
      name: 'no-service-imports-a-tool',
      comment: 'What starts, tests or measures a service is no part of it.',
      severity: 'error',
      from: { path: '^apps/' },
      to: { path: '^(?:tools|tests|bench)/' },
    },
    {
      name: 'kafkajs-only-in-messaging',
      comment: 'The client is unmaintained; a swap must stay the change of one room.',
      severity: 'error',
      from: { pathNot: '^libs/messaging/' },
      to: { path: '(?:^|/)node_modules/kafkajs/' },
    },
    {
      name: 'database-only-behind-persistence',
      comment:
        'libs/persistence sets up pg and TypeORM. Adapters may name their types, schemas are TypeORM migrations.',
      severity: 'error',
      from: {
        path: '^(?:libs|apps)/',
        pathNot: ['^libs/persistence/', '^apps/(?:directory|notifier)/src/(?:[^/]+/adapters|schema)/', TESTS],
      },
      to: { path: '(?:^|/)node_modules/(?:@types/)?(?:pg|pg-[a-z-]+|typeorm)/' },
    },
    {
      name: 'scim-imports-no-package',
      comment: 'libs/scim is pure: it runs wherever JavaScript runs.',
      severity: 'error',
      from: { path: '^libs/scim/src/', pathNot: TESTS },
      to: { pathNot: ['^libs/scim/src/', '^(?:node:)?crypto$'] },
    },
    {
      name: 'contracts-import-scim-only',
      comment: 'Beside libs/scim: what reads JSON Schema, makes ids, hashes, and reads the schema files.',
      severity: 'error',
      from: { path: '^libs/contracts/src/', pathNot: TESTS },
      to: {
        pathNot: [
          '^libs/(?:contracts|scim)/src/',
          '(?:^|/)node_modules/(?:ajv|ajv-formats|uuid)/',
          '^(?:node:)?(?:crypto|zlib|fs)$',
        ],
      },
    },
    {
      name: 'no-framework-in-kernel',
      comment: 'Telemetry and persistence serve programs that have no Nest in them.',
      severity: 'error',
      from: { path: '^libs/(?:telemetry|persistence)/' },
      to: { path: '(?:^|/)node_modules/(?:@nestjs|fastify|rxjs)/' },
    },
    {
      name: 'domain-is-pure',
      comment:
        'A domain sees itself, the kernel of its app, libs/scim and libs/contracts. Time, ids and secrets are arguments; hashing and the form of a domain name are functions.',
      severity: 'error',
      from: { path: '^apps/([^/]+)/src/([^/]+)/domain/', pathNot: TESTS },
      to: {
        pathNot: [
          '^apps/$1/src/$2/domain/',
          '^apps/directory/src/resources/domain/',
          '^apps/notifier/src/text/',
          '^libs/(?:scim|contracts)/src/index[.]ts$',
          '^(?:node:)?(?:crypto|url)$',
        ],
      },
    },
    {
      name: 'application-never-sees-adapters',
      comment: 'Use cases know ports; the composition root brings port and adapter together.',
      severity: 'error',
      from: { path: '^apps/[^/]+/src/[^/]+/application/', pathNot: TESTS },
      to: { path: '^apps/[^/]+/src/[^/]+/adapters/' },
    },
    {
      name: 'application-without-drivers',
      comment: 'A use case that speaks HTTP, SQL or Kafka itself cannot be run without them.',
      severity: 'error',
      from: { path: '^apps/[^/]+/src/[^/]+/application/', pathNot: TESTS },
      to: { path: '(?:^|/)node_modules/(?:@nestjs|fastify|undici|typeorm|pg|kafkajs|nodemailer)/' },
    },
    {
      name: 'no-slice-sees-a-sibling',
      comment: 'In the directory only `commands`, which owns the batch transaction, sees several slices.',
      severity: 'error',
      from: {
        path: `^apps/(directory|notifier)/src/(${DIRECTORY_SLICES}|${NOTIFIER_SLICES})/`,
        pathNot: TESTS,
      },
      to: {
        path: `^apps/$1/src/(?:commands|${DIRECTORY_SLICES}|${NOTIFIER_SLICES})/`,
        pathNot: '^apps/$1/src/$2/',
      },
    },
    {
      name: 'no-gateway-room-sees-the-face',
      comment:
        'In the gateway `scim` is on top: it uses the rooms beside it, and none of them knows HTTP routes or rendering.',
      severity: 'error',
      from: { path: '^apps/gateway/src/(?!scim/)[^/]+/', pathNot: TESTS },
      to: { path: '^apps/gateway/src/scim/' },
    },
    {
      name: 'no-vague-name',
      comment: 'A room for everything is a room for nothing: name the file after the noun it serves.',
      severity: 'error',
      from: {},
      to: {
        path: String.raw`^(?:apps|libs|tools|tests|bench)/.*/(?:utils?|helpers?|common|shared|misc|managers?|base)(?:/|\.tsx?$)`,
        pathNot: '/node_modules/',
      },
    },
    ...scimLayerRules,
    {
      name: 'quirks-by-their-door',
      comment:
        'The engine knows that a client may be tolerated, never how: quirks are reached through client-tolerance.ts.',
      severity: 'error',
      from: { path: '^libs/scim/src/(?!quirks/)' },
      to: { path: '^libs/scim/src/quirks/', pathNot: '^libs/scim/src/quirks/client-tolerance[.]ts$' },
    },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    exclude: { path: '(?:^|/)dist/' },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.spec.json' },
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['@muster/source', 'node', 'import', 'types', 'default'],
    },
  },
};
