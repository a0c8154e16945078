/**
 * usage: node make-sbom.mjs FOLDER NAME OUTPUT
 *
 * The CycloneDX bill of materials of the npm packages that lie in FOLDER, and of the Node that runs them. The same packages give the same bill, so that its digest can be told
 * before the image is built: it has neither time nor serial number.
 */
import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';

const [folder, name, output] = process.argv.slice(2);
const bom = JSON.parse(
  execFileSync('npm', ['sbom', '--sbom-format=cyclonedx', '--sbom-type=application'], {
    cwd: folder,
    encoding: 'utf8',
    maxBuffer: 2 ** 26,
  }),
);
delete bom.serialNumber;
delete bom.metadata.timestamp;
bom.metadata.component.name = name;
const version = execFileSync('/runtime/bin/node', ['--version'], { encoding: 'utf8' }).trim().slice(1);
bom.components.push({
  'bom-ref': `node@${version}`,
  type: 'platform',
  name: 'node',
  version,
  purl: `pkg:generic/node@${version}`,
  licenses: [{ license: { id: 'MIT' } }],
});
writeFileSync(output, `${JSON.stringify(bom, null, 1)}\n`);
