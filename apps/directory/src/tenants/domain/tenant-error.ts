/** Why the registry refused an admin's request. Each code keeps its meaning and its HTTP status for ever. */
const statuses = {
  tenant_not_found: 404,
  tenant_name_taken: 409,
  token_not_found: 404,
  token_limit_reached: 409,
  domain_not_found: 404,
  domain_limit_reached: 409,
  values_not_unique: 409,
  schemas_invalid: 400,
  schemas_too_large: 413,
  schemas_not_found: 404,
  schemas_in_use: 409,
  invalid_request: 400,
} as const;

export type TenantErrorCode = keyof typeof statuses;

/** A verdict on the request: repeating it unchanged gives the same answer. */
export class TenantError extends Error {
  override readonly name = 'TenantError';
  readonly status: number;

  /** @param detail For the admin, in whole sentences. */
  constructor(
    readonly code: TenantErrorCode,
    readonly detail: string,
  ) {
    super(detail);
    this.status = statuses[code];
  }
}
