/** Files that break exactly one rule; `from` is the one that the rule has to name. */
export interface PlantedViolation {
  readonly rule: string;
  readonly from: string;
  /** Rules that the same import cannot help breaking. */
  readonly also?: readonly string[];
  /** What each file imports; an import ending in `.js` stands for the `.ts` beside it. */
  readonly files: Readonly<Record<string, readonly string[]>>;
}

function plant(rule: string, from: string, ...imports: readonly string[]): PlantedViolation {
  return { rule, from, files: { [from]: imports } };
}

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

/** The door of a layer: what a planted file of the layer below reaches up to. */
function layerDoor(layer: string): string {
  return layer === 'quirks' ? 'client-tolerance' : 'target';
}

const scimLayers = SCIM_LAYERS.slice(0, -1).map((layer, position) => {
  const above = SCIM_LAYERS[position + 1] ?? '';
  return plant(
    `scim-${layer}-sees-no-layer-above`,
    `libs/scim/src/${layer}/reaches-up.ts`,
    `../${above}/${layerDoor(above)}.js`,
  );
});

/** What the planted files import; sound by itself. */
export const soundFiles: readonly string[] = [
  ...['gateway', 'directory', 'notifier'].map((app) => `apps/${app}/src/index.ts`),
  ...['scim', 'contracts', 'messaging', 'persistence', 'telemetry', 'service'].map(
    (lib) => `libs/${lib}/src/index.ts`,
  ),
  'tools/stack/src/index.ts',
  'tests/system/src/index.ts',
  'bench/src/index.ts',
  'apps/gateway/src/scim/index.ts',
  'apps/directory/src/users/index.ts',
  'apps/directory/src/groups/index.ts',
  'apps/directory/src/users/adapters/index.ts',
  ...SCIM_LAYERS.slice(1).map((layer) => `libs/scim/src/${layer}/${layerDoor(layer)}.ts`),
  'libs/scim/src/quirks/one-quirk.ts',
];

/** At least one for each rule of `.dependency-cruiser.cjs`. */
export const plantedViolations: readonly PlantedViolation[] = [
  {
    rule: 'no-circular',
    from: 'libs/service/src/circle-a.ts',
    files: {
      'libs/service/src/circle-a.ts': ['./circle-b.js'],
      'libs/service/src/circle-b.ts': ['./circle-a.js'],
    },
  },
  plant('no-orphans', 'libs/service/src/nobody-needs-me.ts'),
  plant('no-unresolvable', 'libs/service/src/leads-nowhere.ts', './does-not-exist.js'),
  plant('no-unresolvable', 'apps/gateway/src/past-the-exports.ts', '@muster/scim/src/patch/target.js'),
  plant('no-undeclared-package', 'apps/gateway/src/undeclared.ts', 'pino'),
  plant(
    'no-relative-import-of-another-package',
    'apps/gateway/src/by-the-window.ts',
    '../../../libs/scim/src/index.js',
  ),
  plant('no-app-imports-an-app', 'apps/gateway/src/next-door.ts', '@muster/directory'),
  plant('no-library-imports-a-program', 'libs/service/src/upstairs.ts', '@muster/gateway'),
  plant('no-service-imports-a-tool', 'apps/gateway/src/starts-itself.ts', '@muster/stack'),
  plant('kafkajs-only-in-messaging', 'tools/stack/src/own-client.ts', 'kafkajs'),
  plant('database-only-behind-persistence', 'apps/directory/src/own-pool.ts', 'pg'),
  plant('database-only-behind-persistence', 'apps/directory/src/own-data-source.ts', 'typeorm'),
  plant('scim-imports-no-package', 'libs/scim/src/errors/reads-a-file.ts', 'node:fs'),
  plant('scim-imports-no-package', 'libs/scim/src/errors/another-room.ts', '@muster/contracts'),
  plant('contracts-import-scim-only', 'libs/contracts/src/logs.ts', '@muster/telemetry'),
  plant('contracts-import-scim-only', 'libs/contracts/src/listens.ts', 'node:net'),
  {
    ...plant('no-framework-in-kernel', 'libs/persistence/src/injected.ts', '@nestjs/common'),
    also: ['no-undeclared-package'],
  },
  plant('domain-is-pure', 'apps/directory/src/users/domain/sees-its-slice.ts', '../index.js'),
  plant('domain-is-pure', 'apps/directory/src/users/domain/reads-a-file.ts', 'node:fs'),
  plant('domain-is-pure', 'apps/directory/src/users/domain/speaks-http.ts', 'fastify'),
  plant(
    'application-never-sees-adapters',
    'apps/directory/src/users/application/sees-adapter.ts',
    '../adapters/index.js',
  ),
  plant('application-without-drivers', 'apps/directory/src/users/application/speaks-http.ts', 'fastify'),
  plant(
    'no-slice-sees-a-sibling',
    'apps/directory/src/users/adapters/sees-groups.ts',
    '../../groups/index.js',
  ),
  plant('no-gateway-room-sees-the-face', 'apps/gateway/src/limits/knows-routes.ts', '../scim/index.js'),
  {
    rule: 'no-vague-name',
    from: 'libs/service/src/takes-anything.ts',
    files: {
      'libs/service/src/takes-anything.ts': ['./helpers/index.js'],
      'libs/service/src/helpers/index.ts': [],
    },
  },
  ...scimLayers,
  plant('quirks-by-their-door', 'libs/scim/src/intake/knows-a-quirk.ts', '../quirks/one-quirk.js'),
];
