import { type ReplayCase } from '../replay/replay-case.js';
import { ownTypeChangeCases } from './changes-of-own-types.js';
import { ownSchemaDiscoveryCases } from './discovery-of-own-types.js';
import { userExtensionCases } from './extension-of-users.js';
import { ownTypeListCases } from './lists-of-own-types.js';
import { lookalikeCases } from './lookalikes.js';
import { ownTypeValueCases } from './values-of-own-types.js';

/** What RFC 7643 and 7644 ask of schemas and resource types that a tenant has registered itself: those of the sample. */
export const ownSchemaCases: readonly ReplayCase[] = [
  ...ownSchemaDiscoveryCases,
  ...ownTypeValueCases,
  ...ownTypeChangeCases,
  ...ownTypeListCases,
  ...userExtensionCases,
  ...lookalikeCases,
];
