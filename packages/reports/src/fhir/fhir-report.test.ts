import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ReportIdentifiers } from '@hepastage/proto';
import { assertR4 } from '../testing/assert-r4.ts';
import { testReportInput } from '../testing/report-input.ts';
import { fhirReport } from './fhir-report.ts';
import type { FhirObject } from './json.ts';

const oneSequence = (() => {
  const input = testReportInput();
  const result = { ...input.result, perSequence: input.result.perSequence.slice(0, 1) };
  delete result.disagreement;
  return { ...input, result };
})();
const reports: Readonly<Record<string, FhirObject>> = {
  'a DICOM study': fhirReport(testReportInput()),
  'a NIfTI study': fhirReport(testReportInput({ dicom: false })),
  'one sequence': fhirReport(oneSequence),
  'an external reference': fhirReport(
    testReportInput({
      externalReference: 'A "4711" <b>',
      reportIdentifiers: ReportIdentifiers.EXTERNAL_REFERENCE,
    }),
  ),
};

for (const [name, report] of Object.entries(reports)) {
  test(`the report of ${name} is valid R4`, () => {
    assertR4(report);
  });
}

test('what is not R4 is noticed', () => {
  const report = reports['a DICOM study']!;
  assert.throws(() => assertR4({ ...report, status: 'researched' }));
  assert.throws(() => assertR4({ ...report, shoeSize: 42 }));
  assert.throws(() =>
    assertR4({ ...report, contained: resources(report).map((one) => ({ ...one, status: undefined })) }),
  );
});

test('it is preliminary, says so, and says what for', () => {
  const report = reports['a DICOM study']!;
  assert.equal(report['status'], 'preliminary');
  assert.deepEqual(
    new Set(resources(report, 'Observation').map(({ status }) => status)),
    new Set(['preliminary']),
  );
  assert.equal(
    report['conclusion'],
    'Estimated stage of liver cirrhosis from both sequences: moderate (probability 50.0 %). Stages among which the true one is in 80.0 % of studies like those that the model was calibrated on: moderate, severe.\n' +
      'Research use only. Not a medical device: it must not guide care.\n' +
      'MODEL_NOT_CLINICALLY_VALIDATED: Never validated on patients.\n' +
      'LOW_CONTRAST: Grey in < grey & “faint”, 2 × 3.',
  );
  const { div } = report['text'] as { div: string };
  assert.match(div, /<p>LOW_CONTRAST: Grey in &lt; grey &amp; “faint”, 2 × 3\.<\/p>/);
  assert.equal(report['issued'], '2026-11-25T23:59:58.123Z');
});

test('every number of the result is in it', () => {
  const found = Object.fromEntries(
    resources(reports['a DICOM study']!, 'Observation').map((one) => [one['id'], summaryOf(one)]),
  );
  assert.deepEqual(found, {
    stage: ['stage', 'moderate'],
    'probability-1': ['prob-mild', 0.1234567890123456],
    'probability-2': ['prob-moderate', 0.5],
    'probability-3': ['prob-severe', 0.3765432109876544],
    'stage-set': [
      'stage-set',
      undefined,
      ['stage-set-member', 'moderate'],
      ['stage-set-member', 'severe'],
      ['stage-set-level', 0.8],
    ],
    'opinion-t1w': [
      'sequence-opinion',
      'moderate',
      ['prob-mild', 0.25],
      ['prob-moderate', 0.7],
      ['prob-severe', 0.05],
      ['attention', 0.75],
      ['heat-in-liver', 2 / 3],
      ['liver-in-slices', 0.125],
    ],
    'opinion-t2w': [
      'sequence-opinion',
      'severe',
      ['prob-mild', 1e-9],
      ['prob-moderate', 0.1],
      ['prob-severe', 0.9],
      ['attention', 0.25],
    ],
    disagreement: ['disagreement', 0.85],
  });
});

test('stages are coded by our own system alone', () => {
  const codes = JSON.stringify(reports['a DICOM study']).matchAll(/"system":"([^"]+)","code":"([^"]+)"/g);
  for (const [, system, code = ''] of codes) {
    if (!/^(?:mild|moderate|severe)$/.test(code)) continue;
    assert.equal(system, 'urn:oid:2.25.325739223330603753998020199118077172327');
  }
});

test('the series that were staged are named, and what was staged by what', () => {
  const [study] = resources(reports['a DICOM study']!, 'ImagingStudy');
  const series = study?.['series'] as { numberOfInstances: number; description: string }[];
  assert.deepEqual(
    series.map(({ numberOfInstances, description }) => [description, numberOfInstances]),
    [
      ['Staged as T1W', 4],
      ['Staged as T2W', 1],
    ],
  );
  const [device] = resources(reports['a DICOM study']!, 'Device');
  assert.match(JSON.stringify(device), new RegExp('"value":"(?:ab){32}"'));
  assert.match(JSON.stringify(device), /"name":"phantom-light"/);
  assert.equal(resources(reports['a NIfTI study']!, 'ImagingStudy')[0]?.['series'], undefined);
});

test('every reference leads to what is contained, and everything contained is referred to', () => {
  for (const report of Object.values(reports)) {
    const references = [...JSON.stringify(report).matchAll(/"reference":"#([^"]+)"/g)].map(([, id]) => id);
    const ids = resources(report).map(({ id }) => id);
    assert.deepEqual(new Set(references), new Set(ids));
  }
});

test('the subject is the hash or the reference, as the request chose', () => {
  assert.match(subjectOf('a DICOM study').identifier.value, /^HEPASTAGE-[\dA-F]{16}$/);
  assert.deepEqual(subjectOf('an external reference').identifier, { value: 'A "4711" <b>' });
});

function subjectOf(name: string) {
  return reports[name]?.['subject'] as { identifier: { value: string } };
}

function resources(report: FhirObject, type?: string): FhirObject[] {
  const contained = report['contained'] as FhirObject[];
  return contained.filter(({ resourceType }) => type === undefined || resourceType === type);
}

/** Code, value and the same of each component. */
function summaryOf(one: FhirObject): unknown[] {
  const {
    code,
    valueQuantity,
    valueCodeableConcept,
    component = [],
  } = one as unknown as {
    code: Concept;
    valueQuantity?: { value: number };
    valueCodeableConcept?: Concept;
    component?: FhirObject[];
  };
  const value = valueQuantity?.value ?? valueCodeableConcept?.coding[0]?.code;
  return [code.coding[0]?.code, value, ...component.map(summaryOf)];
}

interface Concept {
  readonly coding: readonly { readonly code: string }[];
}
