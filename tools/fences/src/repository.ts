import { fileURLToPath } from 'node:url';

/** Root of the repository; three levels up from here in `src` and in `dist` alike. */
export const repositoryRoot = fileURLToPath(new URL('../../../', import.meta.url));
