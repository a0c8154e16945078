import assert from 'node:assert/strict';
import { test } from 'node:test';
import { create } from '@bufbuild/protobuf';
import { WarningSchema } from '@hepastage/proto';
import { stagingSr } from './dicom/sr/staging-sr.ts';
import { fhirReport } from './fhir/fhir-report.ts';
import { remarksOf } from './remarks.ts';
import { testReportInput } from './testing/report-input.ts';

test('what concerns second opinions stays out of every report', () => {
  const input = testReportInput();
  const codes = ['NO_RADIOMICS_FEATURES', 'NO_SECOND_OPINION', 'FILES_PASSED_OVER'];
  const others = codes.map((code) => create(WarningSchema, { code, message: 'Because.' }));
  const result = { ...input.result, warnings: [...input.result.warnings, ...others] };
  const expected = remarksOf(input.result).toSpliced(2, 0, 'FILES_PASSED_OVER: Because.');
  assert.deepEqual(remarksOf(result), expected);
  for (const report of [
    JSON.stringify(fhirReport({ ...input, result })),
    Buffer.from(stagingSr({ ...input, result })).toString('latin1'),
  ]) {
    assert.match(report, /FILES_PASSED_OVER/);
    assert.doesNotMatch(report, /NO_RADIOMICS_FEATURES|NO_SECOND_OPINION/);
  }
});
