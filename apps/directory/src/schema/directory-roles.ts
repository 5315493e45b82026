/** Roles that services take on at connect. They own nothing and cannot log in, so row-level security binds them. */
export const DIRECTORY_ROLE = 'muster_directory';
export const RELAY_ROLE = 'muster_relay';
