import { ServiceConfig, Variable, parseConfig, type Environment } from '@muster/service';
import { ArrayMaxSize, ArrayMinSize, IsInt, Matches, Max, Min } from 'class-validator';

const basePath = 'paths such as /scim/v2, separated by commas';

/** What the gateway reads from the environment. It has no database, so there is no database here. */
export class GatewayConfig extends ServiceConfig {
  @Variable('PORT', { as: 'integer', expected: 'a port, 0 to 65535 (0: any free one)' })
  @IsInt()
  @Min(0)
  @Max(65_535)
  override port = 8080;

  @Variable('DIRECTORY_URL', { expected: "http(s)://host:port of the directory's internal listener" })
  @Matches(/^https?:\/\/[^\s/?#]+$/)
  directoryUrl = 'http://127.0.0.1:8081';

  /** What clients see in `meta.location`; the tenant URL that an admin pastes into the identity provider. */
  @Variable('PUBLIC_BASE_URL', { expected: 'http(s)://host/path without a slash at its end' })
  @Matches(/^https?:\/\/[^\s?#]*[^\s?#/]$/)
  publicBaseUrl = 'http://127.0.0.1:8080/scim/v2';

  @Variable('SCIM_BASE_PATHS', { as: 'list', expected: basePath })
  @ArrayMinSize(1)
  @ArrayMaxSize(16)
  @Matches(/^(\/[\w.~-]+)+$/, { each: true, message: `must be ${basePath}` })
  basePaths: readonly string[] = ['/scim/v2', '/moservices/scim/v1'];

  /** Writes that wait for their outcome at a time; one more is answered with 503. */
  @Variable('COMMANDS_IN_FLIGHT_MAX', { as: 'integer', expected: 'commands, 1 to 10000' })
  @IsInt()
  @Min(1)
  @Max(10_000)
  commandsInFlightMax = 512;

  /** Request bodies in memory at a time, all together. */
  @Variable('BODY_MEMORY_BYTES_MAX', { as: 'integer', expected: 'bytes, at least 16 MiB' })
  @IsInt()
  @Min(16 * 1024 * 1024)
  bodyMemoryBytesMax = 192 * 1024 * 1024;
}

/** @throws ConfigError naming every problem at once */
export function parseGatewayConfig(env: Environment): Readonly<GatewayConfig> {
  return parseConfig(env, GatewayConfig);
}
