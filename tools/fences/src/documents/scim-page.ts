import {
  BULK_OPERATIONS_MAX,
  BULK_PAYLOAD_BYTES_MAX,
  DOCUMENT_BYTES_MAX,
  defaultTenantSettings,
} from '@muster/contracts';
import {
  COMPARISONS_MAX,
  COUNT_DEFAULT,
  COUNT_MAX,
  FILTER_CLAUSES_MAX,
  FILTER_DEPTH_MAX,
  FILTER_LENGTH_MAX,
  JSON_DEPTH_MAX,
  MEMBERS_MAX,
  PATCH_OPERATIONS_MAX,
  STRING_BYTES_MAX,
  UNIQUE_STRING_BYTES_MAX,
  VALUES_MAX,
} from '@muster/scim';
import { table, type GeneratedBlock } from './generated-block.js';
import { productionSources } from './source-files.js';

const PAGE = 'docs/reference/scim.md';

function textOf(path: string): string {
  const found = productionSources().find((file) => file.path === path);
  if (found === undefined) throw new Error(`${path} is not there`);
  return found.text;
}

/** The text of a doc comment on one line, without its frame. */
function plain(comment: string): string {
  return comment.replaceAll(/\s*\n\s*\*?\s*/g, ' ').trim();
}

/** Paths and methods of the gateway's route table. */
export function scimPathsBlock(): GeneratedBlock {
  const routes = textOf('apps/gateway/src/scim/http/routes.ts').matchAll(/route\('([^']+)', \[([^\]]+)\]\)/g);
  const rows = [...routes].map(([, path, methods]) => [`\`${path}\``, (methods ?? '').replaceAll("'", '')]);
  return { page: PAGE, name: 'scim paths', lines: table(['path', 'methods'], rows) };
}

export const scimLimitsBlock: GeneratedBlock = {
  page: PAGE,
  name: 'scim limits',
  lines: table(
    ['what', 'at most'],
    [
      ['resources in one page', `${COUNT_MAX} (${COUNT_DEFAULT} unless asked)`],
      ['length of a filter', `${FILTER_LENGTH_MAX} characters`],
      ['nesting of a filter', `${FILTER_DEPTH_MAX} levels`],
      ['comparisons in a filter', String(FILTER_CLAUSES_MAX)],
      ['operations in a PATCH', String(PATCH_OPERATIONS_MAX)],
      ['comparisons of a PATCH with values that are there', String(COMPARISONS_MAX)],
      ['members set or removed by one request', String(MEMBERS_MAX)],
      ['operations in a bulk request', String(BULK_OPERATIONS_MAX)],
      ['the body of a bulk request', `${BULK_PAYLOAD_BYTES_MAX} bytes`],
      ['a user, or a group without its members, in JSON', `${DOCUMENT_BYTES_MAX} bytes`],
      ['values of another multi-valued attribute', String(VALUES_MAX)],
      ['a unique string (`userName`, `externalId`, group `displayName`)', `${UNIQUE_STRING_BYTES_MAX} bytes`],
      ['any other string', `${STRING_BYTES_MAX} bytes`],
      ['nesting of a body', `${JSON_DEPTH_MAX} levels`],
    ],
  ),
};

/** What the source says above each property of `TenantSettings`. */
function remarkOf(setting: string): string {
  const source = textOf('libs/contracts/src/tenancy/tenant-settings.ts');
  const comment = new RegExp(String.raw`/\*\*((?:(?!\*/)[\s\S])*)\*/\s*readonly ${setting}\b`).exec(
    source,
  )?.[1];
  return comment === undefined ? '' : plain(comment);
}

export function settingsBlock(): GeneratedBlock {
  const rows = Object.entries(defaultTenantSettings).map(([name, value]) => [
    `\`${name}\``,
    `\`${String(value)}\``,
    remarkOf(name),
  ]);
  return { page: PAGE, name: 'tenant settings', lines: table(['setting', 'default', 'remark'], rows) };
}

/** Each quirk by what its file says above its function. */
export function quirksBlock(): GeneratedBlock {
  const files = productionSources().filter(
    ({ path }) => path.startsWith('libs/scim/src/quirks/') && !path.endsWith('/client-tolerance.ts'),
  );
  const lines = files.map(({ path, text }) => {
    const comment = /\/\*\*((?:(?!\*\/)[\s\S])*)\*\/\s*export function/.exec(text)?.[1];
    if (comment === undefined) throw new Error(`${path} does not say what it is for`);
    const name = path.slice(path.lastIndexOf('/') + 1, -'.ts'.length);
    return `- **${name.replaceAll('-', ' ')}**: ${plain(comment)}`;
  });
  return { page: PAGE, name: 'quirks', lines };
}

/** Paths and methods of one of the directory's controllers, and what each is for by the name of its method. */
function handlersIn(controller: string): string[][] {
  const source = textOf(controller);
  const base = /@Controller\('([^']+)'\)/.exec(source)?.[1] ?? '';
  const handlers = source.matchAll(
    /@(Get|Post|Put|Patch|Delete)\((?:'([^']*)')?\)(?:\s*@\w+\([^)]*\))*\s*async (\w+)/g,
  );
  return [...handlers].map(([, method = '', path, name = '']) => [
    `\`${method.toUpperCase()} /${base}${path === undefined ? '' : `/${path}`}\``,
    name.replaceAll(/[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`),
  ]);
}

/** Every controller of the directory that serves the admin API. */
export function adminPathsBlock(): GeneratedBlock {
  const controllers = productionSources()
    .filter(({ path, text }) => path.startsWith('apps/directory/') && text.includes("@Controller('admin"))
    .map(({ path }) => path)
    .sort((a, b) => b.localeCompare(a));
  return {
    page: 'docs/reference/admin-api.md',
    name: 'admin paths',
    lines: table(['request', 'what'], controllers.flatMap(handlersIn)),
  };
}
