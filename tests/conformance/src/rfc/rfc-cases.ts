import { type ReplayCase } from '../replay/replay-case.js';
import { bulkCases } from './bulk.js';
import { changeCases } from './changes.js';
import { filterCases } from './filters.js';
import { listCases } from './lists.js';
import { serviceCases } from './service.js';
import { valueCases } from './values.js';

/** What RFC 7643, 7644 and 9865 ask of a service, as far as it shows on the wire. `docs/reference/scim-conformance.md` cites these rows. */
export const rfcCases: readonly ReplayCase[] = [
  ...serviceCases,
  ...changeCases,
  ...valueCases,
  ...listCases,
  ...filterCases,
  ...bulkCases,
];
