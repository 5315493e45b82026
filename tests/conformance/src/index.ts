export { ownSchemaCases } from './schemas/own-schema-cases.js';
export { rfcCases } from './rfc/rfc-cases.js';
export { oktaCases } from './clients/okta.js';
export { otherClientCases } from './clients/other-clients.js';
export { entraCases } from './entra/entra-cases.js';
