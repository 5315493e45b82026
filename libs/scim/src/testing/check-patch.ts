import { expect } from '@jest/globals';
import { parsePatch } from '../intake/parse-patch.js';
import { parseResource } from '../intake/parse-resource.js';
import { applyPatch } from '../patch/apply-patch.js';
import { patchFromJson } from '../patch/patch-from-json.js';
import { type ResourceType } from '../schema/resource-type.js';
import { userResourceType } from '../schema/standard-resource-types.js';
import { plain, refusalOf } from './plain.js';

/** Operations on a resource, and what becomes of it or the scimType the request is refused with. */
export interface PatchRow {
  /** Where the behaviour is written down. */
  readonly cite: string;
  /** Attributes of the resource before; a user has a `userName` without being told. */
  readonly before?: object;
  readonly operations: readonly unknown[];
  /** Attributes of the resource after; a user has its `userName` without being told. */
  readonly after?: object;
  /** Left out: not checked. */
  readonly changed?: readonly string[];
  readonly warns?: readonly string[];
  readonly refused?: string;
}

const PATCH = 'urn:ietf:params:scim:api:messages:2.0:PatchOp';

/**
 * Runs a row the way a request takes: parsed, sent as JSON, parsed again, applied. Checks besides that the document before
 * is left alone, that a change of nothing gives that very document, and that canonical documents are fixed points.
 */
export function checkPatch(row: PatchRow, resourceType: ResourceType = userResourceType): void {
  const required = resourceType === userResourceType ? { userName: 'jo' } : {};
  const { document } = parseResource(resourceType, { ...required, ...row.before }, 'create');
  const before = JSON.stringify(document);
  const apply = (): ReturnType<typeof applyPatch> & { warnings: readonly string[] } => {
    const parsed = parsePatch(resourceType, { schemas: [PATCH], Operations: row.operations });
    const received = patchFromJson(resourceType, JSON.parse(JSON.stringify(parsed)));
    expect(plain(received.operations)).toEqual(plain(parsed.operations));
    return {
      ...applyPatch(resourceType, document, received),
      warnings: parsed.warnings.map(({ path }) => path),
    };
  };
  if (row.refused !== undefined) {
    expect(refusalOf(apply).scimType).toBe(row.refused);
  } else {
    const result = apply();
    expect(plain(result.document)).toEqual({ ...required, ...row.after });
    if (row.changed !== undefined) expect(result.changed).toEqual(row.changed);
    expect(result.warnings).toEqual(row.warns ?? []);
    expect(result.document === document).toBe(result.changed.length === 0);
    expect(plain(parseResource(resourceType, plain(result.document), 'replace').document)).toEqual(
      plain(result.document),
    );
  }
  expect(JSON.stringify(document)).toBe(before);
}
