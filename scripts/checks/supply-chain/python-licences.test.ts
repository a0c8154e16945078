import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readPythonLicences, requirementNames } from './python-licences.ts';

test('the names of a requirements file; a line that might hide one is refused', () => {
  assert.deepEqual(requirementNames('torch==2.13.0\n# Why.\n\nscikit-learn==1.9.1\n'), [
    'torch',
    'scikit-learn',
  ]);
  for (const line of ['-r other.txt', 'torch', 'torch>=2', 'git+https://example.org/a.git', 'a==1 # why']) {
    assert.throws(
      () => requirementNames(`numpy==2.4.6\n${line}\n`),
      /a requirement is not name==version/,
      line,
    );
  }
});

test('licences come out of the installed packages, whichever way these state them', async () => {
  const licences = new Map((await readPythonLicences()).map(({ name, license }) => [name, license]));
  assert.equal(licences.get('pydicom'), 'MIT');
  assert.equal(licences.get('monai'), 'Apache-2.0');
  assert.equal(licences.get('scikit-learn'), 'BSD-3-Clause');
  assert.equal(licences.get('matplotlib'), 'PSF-2.0');
});
