import { invalidSyntax } from '../errors/scim-error.js';

const PREFIX = 'bulkId:';
const DEPTH_MAX = 64;
/** In the filter of a PATCH path, such as `members[value eq "bulkId:x"]`. */
const IN_PATH = /"bulkId:([^"\\]+)"/g;

/**
 * The bulkIds that an operation's data refers to, RFC 7644 s3.7.2: by texts of the form `bulkId:x`, and by such texts that a
 * path compares with.
 */
export function bulkReferencesIn(data: unknown): ReadonlySet<string> {
  const found = new Set<string>();
  collect(data, found, 0);
  return found;
}

/**
 * A copy of an operation's data in which every `bulkId:x` is the id of the resource it stands for. References that `ids`
 * does not have are left as they are. The copy's objects have no prototype.
 */
export function resolveBulkReferences(data: unknown, ids: ReadonlyMap<string, string>): unknown {
  if (typeof data === 'string') {
    return data.startsWith(PREFIX) ? (ids.get(data.slice(PREFIX.length)) ?? data) : data;
  }
  if (Array.isArray(data)) return data.map((each) => resolveBulkReferences(each, ids));
  if (typeof data !== 'object' || data === null) return data;
  const copy = Object.create(null) as Record<string, unknown>;
  for (const [key, value] of Object.entries(data)) {
    copy[key] = isPath(key, value) ? resolvePath(value, ids) : resolveBulkReferences(value, ids);
  }
  return copy;
}

function resolvePath(path: string, ids: ReadonlyMap<string, string>): string {
  return path.replaceAll(IN_PATH, (text: string, bulkId: string) => {
    const id = ids.get(bulkId);
    return id === undefined ? text : `"${id}"`;
  });
}

function isPath(key: string, value: unknown): value is string {
  return typeof value === 'string' && key.toLowerCase() === 'path';
}

function collect(data: unknown, found: Set<string>, depth: number): void {
  if (depth > DEPTH_MAX) throw invalidSyntax('The data of an operation is nested too deep.');
  if (typeof data === 'string') {
    if (data.startsWith(PREFIX)) found.add(data.slice(PREFIX.length));
  } else if (Array.isArray(data)) {
    for (const each of data) collect(each, found, depth + 1);
  } else if (typeof data === 'object' && data !== null) {
    for (const [key, value] of Object.entries(data)) {
      if (isPath(key, value)) for (const [, bulkId = ''] of value.matchAll(IN_PATH)) found.add(bulkId);
      else collect(value, found, depth + 1);
    }
  }
}
