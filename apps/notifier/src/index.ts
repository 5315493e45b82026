export { NotifierConfig, parseNotifierConfig } from './config.js';
export { notifierSchema } from './schema/notifier-schema.js';
export { startNotifier, type Notifier, type NotifierOverrides } from './start-notifier.js';
