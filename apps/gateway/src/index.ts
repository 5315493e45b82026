export { GatewayConfig, parseGatewayConfig } from './config.js';
export { startGateway, type Gateway, type GatewayOverrides } from './start-gateway.js';
