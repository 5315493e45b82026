/** Text without fenced code, so that what it shows is not taken for a link or a heading. */
function withoutCode(text: string): string {
  return text.replaceAll(/^(```|~~~)[\s\S]*?^\1/gm, '');
}

/** Anchors of the headings of a page, as GitHub makes them. */
export function headingSlugs(text: string): string[] {
  const seen = new Map<string, number>();
  return [...withoutCode(text).matchAll(/^#{1,6} +(.+?) *$/gm)].map(([, heading]) => {
    const slug = (heading ?? '')
      .toLowerCase()
      .replaceAll(/[^\p{L}\p{N}_\- ]/gu, '')
      .replaceAll(' ', '-');
    const count = seen.get(slug) ?? 0;
    seen.set(slug, count + 1);
    return count === 0 ? slug : `${slug}-${count}`;
  });
}

/** Targets of the links of a page that stay inside the repository: a path, an anchor, or both. */
export function localLinks(text: string): string[] {
  return [...withoutCode(text).matchAll(/\]\(([^)\s]+)\)/g)]
    .map(([, target]) => target ?? '')
    .filter((target) => !/^[a-z]+:/.test(target));
}

/** Paths of the repository that a page speaks of in code type: `libs/scim/src/index.ts`, `docs/adr/`. */
export function spokenPaths(text: string): string[] {
  const inside =
    /`((?:apps|libs|tools|tests|bench|deploy|docs)\/[\w./@*<>{},-]*|[\w.-]+\.(?:mjs|cjs|json|md))`/g;
  return [...withoutCode(text).matchAll(inside)].map(([, path]) => path ?? '');
}
