import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { JobRecord_State, SeriesReport_Role, type StagingResult } from '@hepastage/proto';
import { phantomDicom, type Vendor } from '../helpers/phantom-dicom.ts';
import { assertSameResult } from '../helpers/same-result.ts';
import { runToEnd } from '../helpers/studies.ts';
import { startSystem, type System } from '../helpers/system.ts';

let system: System;
before(async () => {
  system = await startSystem();
  await system.startWorker();
});
after(async () => system[Symbol.asyncDispose]());

const vendors: readonly Vendor[] = ['siemens', 'ge', 'philips', 'siemens-enhanced', 'philips-enhanced'];
for (const vendor of vendors) {
  test(`a whole ${vendor} study as one zip: the right two series are staged, with the result of their NIfTI twins`, async () => {
    await using phantom = await phantomDicom(vendor);
    const { zip, t1w, t2w } = phantom;
    const result = await staged({ study: zip });
    const twin = await staged({ t1w, t2w });
    assertSameResult(result, twin);

    const roles = result.series.map(({ role }) => role);
    assert.equal(roles.filter((role) => role === SeriesReport_Role.T1W).length, 1);
    assert.equal(roles.filter((role) => role === SeriesReport_Role.T2W).length, 1);
    for (const { rule, reason } of result.series) {
      assert.match(rule, /^[A-Z0-9_]+$/);
      assert.notEqual(reason, '');
    }
  });
}

async function staged(files: Parameters<typeof runToEnd>[1]): Promise<StagingResult> {
  const job = await runToEnd(system.client, files);
  assert.equal(job.state, JobRecord_State.SUCCEEDED, job.error?.message);
  return system.client.result(job.jobId);
}
