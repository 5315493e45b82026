import { causes, type CauseDefinition } from '@muster/contracts';
import { table, type GeneratedBlock } from './generated-block.js';

const PAGE = 'docs/reference/errors.md';

const fixers: Readonly<Record<CauseDefinition['fixableBy'], string>> = {
  'tenant-admin': 'tenant admin',
  'identity-provider-admin': 'admin of the identity provider',
  operator: 'operator',
  nobody: 'nobody has to',
};

function row(cause: CauseDefinition): string[] {
  return [
    `[\`${cause.key}\`](../runbook/${cause.runbook}#${cause.key})`,
    `${cause.status}${cause.scimType === undefined ? '' : ` \`${cause.scimType}\``}`,
    cause.detail,
    cause.remedy,
    fixers[cause.fixableBy],
    cause.retriedByIdentityProvider ? 'yes' : 'no',
    cause.notifies ? 'yes' : 'no',
  ];
}

/** Every cause of the catalogue, in its order. */
export const causesBlock: GeneratedBlock = {
  page: PAGE,
  name: 'causes',
  lines: table(
    ['cause', 'answer', '`detail`', 'remedy', 'ended by', 'succeeds later by itself', 'mailed'],
    [...causes.values()].map(row),
  ),
};

/** Names in braces in the texts of the catalogue. */
export function placeholdersOf(cause: CauseDefinition): string[] {
  return [...cause.detail.matchAll(/\{(\w+)\}/g)].map(([, name]) => name ?? '');
}
