/** Where requests outside every base path are sent. No route has that many segments: one or two could be a tenant's own type. */
export const OUTSIDE = '/.outside/every/base';

/**
 * Strips the base path from a request's URL, so that every route has one path whatever the tenant URL says, and forgives
 * what admins do to tenant URLs: slashes doubled or at the end.
 */
export function scimUrl(url: string, basePaths: readonly string[]): string {
  const queryAt = url.indexOf('?');
  const path = tidyPath(queryAt === -1 ? url : url.slice(0, queryAt));
  const query = queryAt === -1 ? '' : url.slice(queryAt);
  for (const base of basePaths) {
    if (!path.startsWith(base)) continue;
    if (path.length === base.length) return `/${query}`;
    if (path.charCodeAt(base.length) === SLASH) return path.slice(base.length) + query;
  }
  return OUTSIDE;
}

const SLASH = 0x2f;

function tidyPath(path: string): string {
  const single = path.includes('//') ? path.replaceAll(/\/{2,}/g, '/') : path;
  return single.length > 1 && single.endsWith('/') ? single.slice(0, -1) : single;
}
