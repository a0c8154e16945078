import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { isInstalled, readLockfile, thirdPartyPackages } from '../checks/supply-chain/lockfile.ts';
import { productionSbom } from './production-sbom.ts';

interface Bom {
  readonly bomFormat: string;
  readonly metadata: { readonly component: { readonly name: string; readonly type: string } };
  readonly components: readonly {
    readonly 'bom-ref': string;
    readonly hashes?: readonly unknown[];
    readonly licenses?: readonly unknown[];
  }[];
}

const lockfile = await readLockfile();
const bom = JSON.parse(await productionSbom()) as Bom;
const components = new Set(bom.components.map((component) => component['bom-ref']));
const idsOf = (packages: readonly { readonly name: string; readonly version?: string }[]) =>
  packages.map(({ name, version }) => `${name}@${version}`);

suite('the bill of materials', () => {
  test('is a CycloneDX document of this project', () => {
    assert.equal(bom.bomFormat, 'CycloneDX');
    assert.equal(bom.metadata.component.name, 'hepastage');
    assert.equal(bom.metadata.component.type, 'application');
  });

  test('has what our packages and services need, also where a package.json names it for development', () => {
    const direct = Object.entries(lockfile.packages)
      .filter(([path]) => /^(packages|services)\//.test(path) && !isInstalled(path))
      .flatMap(([, { dependencies = {} }]) => Object.keys(dependencies));
    for (const name of ['onnxruntime-node', 'fastify', 'dicom-parser', '@hepastage/proto', ...direct]) {
      assert.ok(
        [...components].some((id) => id.startsWith(`${name}@`)),
        `${name} is missing`,
      );
    }
  });

  test('has nothing that is for development or tests only', () => {
    const development = Object.values(lockfile.packages['']!.devDependencies!).length;
    const forDevelopment = thirdPartyPackages(lockfile).filter(
      (locked) => (locked as { readonly dev?: boolean }).dev === true,
    );
    assert.ok(development > 0 && forDevelopment.length > development);
    const elsewhere = new Set(
      idsOf(thirdPartyPackages(lockfile).filter((locked) => !forDevelopment.includes(locked))),
    );
    const strays = idsOf(forDevelopment).filter((id) => components.has(id) && !elsewhere.has(id));
    assert.deepEqual(strays, []);
    for (const name of ['typescript', 'knip', 'node', 'testcontainers', '@hepastage/tests', 'fhir']) {
      assert.ok(![...components].some((id) => id.startsWith(`${name}@`)), `${name} is for development`);
    }
  });

  test('tells digest and licence of everything that is not ours', () => {
    const foreign = bom.components.filter(
      (component) => !/^(@hepastage\/|hepastage@)/.test(component['bom-ref']),
    );
    assert.ok(foreign.length > 100);
    assert.deepEqual(
      foreign.filter(({ hashes, licenses }) => hashes === undefined || licenses === undefined),
      [],
    );
  });
});

test('options are passed on to npm, except for the format', async () => {
  const library = JSON.parse(await productionSbom(['--sbom-type=library', '--sbom-format=spdx'])) as Bom;
  assert.equal(library.bomFormat, 'CycloneDX');
  assert.equal(library.metadata.component.type, 'library');
});

test('what npm refuses is an error, not a bill', async () => {
  await assert.rejects(
    productionSbom(['--workspace=no-such-workspace']),
    /npm sbom failed: .*no-such-workspace/s,
  );
});
