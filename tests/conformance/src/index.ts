export { oktaCases } from './clients/okta.js';
export { otherClientCases } from './clients/other-clients.js';
export { entraCases } from './entra/entra-cases.js';
