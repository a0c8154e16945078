/**
 * usage: npm run sbom [-- OPTION of npm sbom…]
 *
 * Writes sbom.cdx.json, the CycloneDX bill of materials of all that runs in production.
 */
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { root } from './root.ts';
import { productionSbom } from './sbom/production-sbom.ts';

const file = 'sbom.cdx.json';
await writeFile(join(root, file), await productionSbom(process.argv.slice(2)));
console.log(`${file} is written`);
