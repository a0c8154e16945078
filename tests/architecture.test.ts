import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { globSync, readFileSync } from 'node:fs';
import { join, posix } from 'node:path';
import { test } from 'node:test';

const root = join(import.meta.dirname, '..');
const linesMax = 400;

/** Source files that are in the project or about to be, generated ones excepted. */
const sources = execFileSync('git', ['ls-files', '--cached', '--others', '--exclude-standard'], { cwd: root })
  .toString()
  .split('\n')
  .filter((path) => /\.(ts|mjs|py)$/.test(path) && !path.startsWith('proto/gen/'))
  .flatMap((path) => {
    const text = readIfPresent(join(root, path));
    return text === undefined ? [] : [{ path, text }];
  });

/** Every import of a module that is not Node's own, with relative ones resolved: `services/api/src/app.ts`, `@hepastage/proto`, `fastify`. */
const imports = sources.flatMap(({ path, text }) =>
  [...text.matchAll(/(?:from|import|import\()\s*'([^']+)'/g)].map(([, specifier = '']) => ({
    path,
    target: specifier.startsWith('.') ? posix.join(posix.dirname(path), specifier) : specifier,
  })),
);

test('there are sources to look at', () => {
  assert.ok(sources.length > 50);
  assert.ok(imports.length > 100);
});

test('packages and the contract import no service', () => {
  const wrong = imports.filter(
    ({ path, target }) => /^(packages|proto)\//.test(path) && serviceOf(target) !== undefined,
  );
  assert.deepEqual(wrong, []);
});

test('services do not import each other', () => {
  const wrong = imports.filter(({ path, target }) => {
    const [from, to] = [serviceOf(path), serviceOf(target)];
    return from !== undefined && to !== undefined && from !== to;
  });
  assert.deepEqual(wrong, []);
});

test('only tests import from tests', () => {
  const wrong = imports.filter(
    ({ path, target }) =>
      /^(packages|proto|services)\//.test(path) &&
      !path.endsWith('.test.ts') &&
      /^(tests|@hepastage\/tests)\//.test(target),
  );
  assert.deepEqual(wrong, []);
});

test(`no source file has more than ${linesMax} lines`, () => {
  const long = sources
    .map(({ path, text }) => ({ path, lines: text.split('\n').length - 1 }))
    .filter(({ lines }) => lines > linesMax);
  assert.deepEqual(long, []);
});

test('what the documents name as a test or a source is there', () => {
  const documents = ['docs/reliability.md', 'docs/security.md', 'docs/ARCHITECTURE.md'];
  const named = documents.flatMap((document) =>
    [
      ...(readIfPresent(join(root, document)) ?? '').matchAll(
        /`((?:tests|packages|services|scripts|proto)\/[^`\s]*)`/g,
      ),
    ].map(([, path = '']) => ({ document, path })),
  );
  assert.ok(named.length > 50);
  const missing = named.filter(({ path }) => globSync(path, { cwd: root }).length === 0);
  assert.deepEqual(missing, []);
});

test('no file is a drawer for everything', () => {
  const drawers = sources.filter(({ path }) =>
    /(^|\/)(utils?|helpers?|misc|common)\.(ts|mjs|py)$/.test(path),
  );
  assert.deepEqual(
    drawers.map(({ path }) => path),
    [],
  );
});

/** `api` of `services/api/…` and of `@hepastage/api`. */
function serviceOf(target: string): string | undefined {
  return /^(?:services|@hepastage)\/(api|worker)(?:\/|$)/.exec(target)?.[1];
}

/** Git also lists what was deleted but not yet committed. */
function readIfPresent(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return undefined;
  }
}
