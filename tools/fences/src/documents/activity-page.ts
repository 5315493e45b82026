import { warningTexts } from '@muster/contracts';
import { table, type GeneratedBlock } from './generated-block.js';

/** Every kind of warning with the sentence that the activity has for it. */
export const warningsBlock: GeneratedBlock = {
  page: 'docs/reference/activity.md',
  name: 'warnings',
  lines: table(
    ['`kind`', '`text`'],
    [...warningTexts].map(([kind, text]) => [`\`${kind}\``, text]),
  ),
};
