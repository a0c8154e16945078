/**
 * usage: node prune.mjs FOLDER WORKSPACE…
 *
 * Leaves in FOLDER what these workspaces need to run here: no other workspace, no development dependency, no binary for another platform, nothing that is only read by
 * people and compilers. Licences stay.
 */
import { existsSync, globSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const [folder, ...wanted] = process.argv.slice(2);
process.chdir(folder);

const readJson = (file) => JSON.parse(readFileSync(file, 'utf8'));
const writeJson = (file, value) => writeFileSync(file, `${JSON.stringify(value, null, 2)}\n`);
const remove = (path) => rmSync(path, { recursive: true, force: true });

const { workspaces: patterns, devDependencies: _, scripts: __, ...project } = readJson('package.json');
const manifests = new Map(
  globSync(patterns.map((pattern) => `${pattern}/package.json`)).map((file) => {
    const manifest = readJson(file);
    return [manifest.name, { path: file.replace(/\/package\.json$/, ''), manifest }];
  }),
);

const kept = closureOf(wanted);
for (const [name, { path, manifest }] of manifests) {
  const { devDependencies: ___, ...production } = manifest;
  if (kept.has(name)) writeJson(join(path, 'package.json'), production);
  else for (const gone of [path, join('node_modules', name)]) remove(gone);
}
writeJson('package.json', { ...project, workspaces: [...kept].map((name) => manifests.get(name).path) });

forget(['typescript', '@typescript']);
// Their links would lead nowhere.
remove('node_modules/.bin');
for (const binaries of globSync('node_modules/onnxruntime-node/bin/napi-v*/*/*')) {
  if (!binaries.endsWith(`/${process.platform}/${process.arch}`)) remove(binaries);
}
for (const file of globSync('node_modules/**/*.{d.ts,d.mts,d.cts,map,md,markdown,tsbuildinfo}')) {
  if (!/(^|\/)(licen[cs]e|notice|copying)[^/]*$/i.test(file)) remove(file);
}

/** Packages that npm installs because the lock file has them, as optional peers of one that we need: they are for development. npm's own list in node_modules must not name them. */
function forget(names) {
  const listFile = 'node_modules/.package-lock.json';
  const list = readJson(listFile);
  for (const path of names.map((name) => join('node_modules', name))) {
    remove(path);
    for (const key of Object.keys(list.packages)) {
      if (key === path || key.startsWith(`${path}/`)) delete list.packages[key];
    }
  }
  writeJson(listFile, list);
}

/** These workspaces, and those that they depend on. */
function closureOf(names) {
  const found = new Set();
  const visit = (name) => {
    if (found.has(name) || !manifests.has(name)) return;
    found.add(name);
    Object.keys(manifests.get(name).manifest.dependencies ?? {}).forEach(visit);
  };
  names.forEach(visit);
  const missing = names.filter((name) => !found.has(name));
  if (missing.length > 0 || !existsSync('node_modules')) throw new Error(`no such workspace: ${missing}`);
  return found;
}
