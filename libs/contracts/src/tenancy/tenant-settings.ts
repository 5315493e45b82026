/** What a tenant may choose about SCIM itself. Defaults suit Microsoft Entra ID and Okta as they are. */
export interface TenantSettings {
  /** `PATCH` of a user answers 200 with the resource (true) or 204. RFC 7644 section 3.5.2 allows both. */
  readonly patchUserReturnsBody: boolean;
  /** The same for groups; 204 is the default, so that a large group is never read back for nothing. */
  readonly patchGroupReturnsBody: boolean;
  /** Two groups may not have the same `displayName`, whatever its case. */
  readonly groupDisplayNameUnique: boolean;
  /** Two users, or two groups, may not have the same `externalId`. */
  readonly externalIdUnique: boolean;
  /** A member id that is no user or group of the tenant: refuse the request (strict) or leave that member out (lenient). */
  readonly unknownMembers: 'strict' | 'lenient';
  /** PATCH of an attribute that no schema has: pass over it, so that what is beside it applies, or refuse the request. */
  readonly unknownPatchAttributes: 'ignore' | 'reject';
  /** A user who is deleted and created again under the same `userName` has the same id again. */
  readonly softDeleteUsers: boolean;
  /** `/ServiceProviderConfig` names the events (RFC 9967): not by default, since clients refuse attributes there that they do not know yet. */
  readonly configNamesEvents: boolean;
  /** Requests per second and gateway. */
  readonly requestsPerSecondMax: number;
  /** Requests at once after a quiet time, per gateway. */
  readonly requestBurstMax: number;
}

export const defaultTenantSettings: TenantSettings = {
  patchUserReturnsBody: true,
  patchGroupReturnsBody: false,
  groupDisplayNameUnique: true,
  externalIdUnique: false,
  unknownMembers: 'strict',
  unknownPatchAttributes: 'ignore',
  softDeleteUsers: false,
  configNamesEvents: false,
  requestsPerSecondMax: 5_000,
  requestBurstMax: 10_000,
};

export type TenantState = 'active' | 'paused' | 'deleting';
