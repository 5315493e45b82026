import { type ReplayCase } from '../replay/replay-case.js';
import { connectingCases } from './connecting.js';
import { creatingCases } from './creating.js';
import { galleryCases } from './gallery-template.js';
import { groupCases } from './groups.js';
import { lifecycleCases } from './lifecycle.js';
import { matchingCases } from './matching.js';
import { referenceCodeCases } from './reference-code.js';
import { referenceCases } from './references.js';
import { updatingCases } from './updating.js';
import { validatorGroupCases } from './validator-groups.js';
import { validatorUserCases } from './validator-users.js';

/** Everything that Microsoft Entra ID and its published checks are known to send. */
export const entraCases: readonly ReplayCase[] = [
  ...connectingCases,
  ...matchingCases,
  ...creatingCases,
  ...updatingCases,
  ...referenceCases,
  ...lifecycleCases,
  ...groupCases,
  ...validatorUserCases,
  ...validatorGroupCases,
  ...referenceCodeCases,
  ...galleryCases,
];
