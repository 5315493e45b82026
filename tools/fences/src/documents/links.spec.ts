import { describe, expect, it } from '@jest/globals';
import { existsSync, readFileSync } from 'node:fs';
import { dirname, join, normalize } from 'node:path';
import { repositoryRoot } from '../repository.js';
import { headingSlugs, localLinks, spokenPaths } from './markdown.js';
import { filesBelow } from './source-files.js';

const pages = filesBelow('', ['.md']);
const read = (page: string) => readFileSync(join(repositoryRoot, page), 'utf8');
const exists = (path: string) => existsSync(join(repositoryRoot, path));

/** What is wrong with one link of a page; null when it leads somewhere. */
function brokenLink(page: string, link: string): string | null {
  const [path = '', anchor] = link.split('#');
  const target = path === '' ? page : normalize(join(dirname(page), path));
  if (!exists(target)) return `${link}: no such file`;
  if (anchor === undefined || !target.endsWith('.md')) return null;
  return headingSlugs(read(target)).includes(anchor) ? null : `${link}: no such heading`;
}

describe('documents', () => {
  it('are found', () => {
    expect(pages).toEqual(expect.arrayContaining(['README.md', 'ARCHITECTURE.md', 'CONTRIBUTING.md']));
  });

  it.each(pages.map((page) => [page]))('%s has no link that leads nowhere', (page) => {
    const broken = localLinks(read(page)).map((link) => brokenLink(page, link));
    expect(broken.filter((each) => each !== null)).toEqual([]);
  });

  it.each(pages.map((page) => [page]))('%s speaks only of files that are there', (page) => {
    const plain = spokenPaths(read(page)).filter((path) => !/[*<>{}]/.test(path));
    const besides = (path: string) => exists(path) || exists(join(dirname(page), path));
    expect(plain.filter((path) => !besides(path))).toEqual([]);
  });
});
