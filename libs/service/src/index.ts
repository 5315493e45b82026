export { BearerGuard } from './bearer-guard.js';
export { createLogger } from './create-logger.js';
export type { LogFields, Logger, LoggerOptions } from './create-logger.js';
export { FailpointError, armFailpoints, failpoint, failpointAsync } from './failpoint.js';
export type { GracefulStop, StopPhase, StopProblem, StopStep } from './graceful-stop.js';
export type { CheckReport, HealthCheck, HealthRegistry, ReadinessReport } from './health-registry.js';
export { errorFields, logFields, scrubbed } from './log-fields.js';
export type { LogField } from './log-fields.js';
export { createNestFastify } from './nest-fastify.js';
export type { ListeningApp, NestFastifyOptions } from './nest-fastify.js';
export { NestPinoLogger } from './nest-pino-logger.js';
export { ConfigError, Variable, describeConfig, parseConfig } from './parse-config.js';
export type {
  ConfigProblem,
  ConfigVariable,
  Environment,
  VariableForm,
  VariableOptions,
} from './parse-config.js';
export { ProblemError, ProblemFilter } from './problem-filter.js';
export type { FieldProblem, Problem } from './problem-filter.js';
export { runService } from './run-service.js';
export type { ProcessHost, RunServiceOptions, RunningService, ServiceStartContext } from './run-service.js';
export { bearerToken, sameSecret } from './same-secret.js';
export { DatabaseServiceConfig, ServiceConfig, defaultInstanceId, logLevels } from './service-config.js';
export type { LogLevel, MusterEnvironment } from './service-config.js';
export { createServiceFrame } from './service-frame.js';
export type { OpenService, ServiceFrame, ServiceOverrides } from './service-frame.js';
export { fieldProblems, problemValidationPipe } from './validation-pipe.js';
