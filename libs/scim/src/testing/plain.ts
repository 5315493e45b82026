/** A copy with ordinary prototypes, for comparing with literals. */
export function plain(value: unknown): unknown {
  return JSON.parse(JSON.stringify(value)) as unknown;
}

/** The status and scimType a call is refused with; fails when it is not. */
export function refusalOf(call: () => unknown): { status: unknown; scimType: unknown } {
  try {
    call();
  } catch (error) {
    if (!(error instanceof Error) || error.name !== 'ScimError') throw error;
    const { status, scimType } = error as Error & { status?: unknown; scimType?: unknown };
    return { status, scimType };
  }
  throw new Error('The call was not refused.');
}
