import { decodeFailure, type ProvisioningFailure } from '@muster/contracts';
import { eventually, type GatewayWorld, type ScimResponse } from './gateway-world.js';

/** The failure that was published for a response, as soon as it is in the log. */
export async function failureOfRequest(
  world: GatewayWorld,
  response: ScimResponse,
): Promise<ProvisioningFailure> {
  const requestId = response.headers.get('x-request-id');
  let found: ProvisioningFailure | undefined;
  await eventually(() => {
    found = world.failures.map(decodeFailure).find((failure) => failure.requestId === requestId);
    return found !== undefined;
  });
  return found!;
}
