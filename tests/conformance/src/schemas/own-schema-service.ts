import { type ScimService, type Tenant } from '../service/scim-service.js';
import { SAMPLE_REGISTRATION } from './sample-registration.js';

/** The service as it is for cases that mind nobody else's resources and need the sample registered. */
export function ownSchemaService(service: ScimService): ScimService {
  let common: Promise<Tenant> | undefined;
  const registered = async (): Promise<Tenant> =>
    (await service.newTenant({ registration: SAMPLE_REGISTRATION })) ?? (await service.commonTenant());
  return {
    origin: service.origin,
    basePaths: service.basePaths,
    newTenant: (wish) => service.newTenant(wish),
    commonTenant: () => (common ??= registered()),
    serverErrors: () => service.serverErrors(),
    stop: () => service.stop(),
  };
}

/** The service as it is when every tenant has the sample registered, for cases that know nothing of it. */
export function registeredEverywhere(service: ScimService): ScimService {
  const own = ownSchemaService(service);
  return {
    ...own,
    newTenant: (wish) => service.newTenant({ registration: SAMPLE_REGISTRATION, ...wish }),
  };
}

/** Whether the tenant has registered the sample. */
export async function showsTestResource({ url, token }: Tenant): Promise<boolean> {
  const response = await fetch(`${url}/ResourceTypes/TestResource`, {
    headers: { authorization: `Bearer ${token}` },
    signal: AbortSignal.timeout(ANSWER_TIMEOUT_MS),
  });
  await response.body?.cancel();
  return response.ok;
}

const ANSWER_TIMEOUT_MS = 10_000;
