export { DirectoryConfig, parseDirectoryConfig } from './config.js';
export { directorySchema } from './schema/directory-schema.js';
export { startDirectory, type Directory, type DirectoryOverrides } from './start-directory.js';
