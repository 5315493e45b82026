import { TENANT_SCHEMAS_BYTES_MAX } from '@muster/contracts';
import {
  EXTENSIONS_MAX,
  TENANT_ATTRIBUTES_MAX,
  TENANT_RESOURCE_TYPES_MAX,
  TENANT_SCHEMAS_MAX,
  UNIQUE_ATTRIBUTES_MAX,
} from '@muster/scim';
import { table, type GeneratedBlock } from './generated-block.js';

/** How large a registration may be. */
export const schemaLimitsBlock: GeneratedBlock = {
  page: 'docs/reference/schemas.md',
  name: 'schema limits',
  lines: table(
    ['what', 'at most'],
    [
      ['schemas', String(TENANT_SCHEMAS_MAX)],
      ["resource types of the tenant's own", String(TENANT_RESOURCE_TYPES_MAX)],
      ['extensions of one type', String(EXTENSIONS_MAX)],
      ['attributes and sub-attributes of all schemas together', String(TENANT_ATTRIBUTES_MAX)],
      ['unique attributes of one type, its extensions included', String(UNIQUE_ATTRIBUTES_MAX)],
      ['the registration as JSON, without white space', `${TENANT_SCHEMAS_BYTES_MAX} bytes`],
    ],
  ),
};
