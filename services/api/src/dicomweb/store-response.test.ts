import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { test } from 'node:test';
import { ErrorCode } from '@hepastage/proto';
import { type StoreOutcome, storeResponse } from './store-response.ts';

const mr = '1.2.840.10008.5.1.4.1.1.4';
const stored = (n: number): StoreOutcome => ({ sopClassUid: mr, sopInstanceUid: `1.2.${n}` });
const failed = (n: number, failure: ErrorCode): StoreOutcome => ({ ...stored(n), failure });
const json = (...outcomes: StoreOutcome[]): unknown => JSON.parse(storeResponse(outcomes, 'dicom+json').body);
const reference = (n: number) => ({
  '00081150': { vr: 'UI', Value: [mr] },
  '00081155': { vr: 'UI', Value: [`1.2.${n}`] },
});

test('the status follows Table 10.5.3-1', () => {
  const cases: readonly [status: number, ...StoreOutcome[]][] = [
    [200, stored(1), stored(2)],
    [202, stored(1), failed(2, ErrorCode.NOT_DICOM)],
    [202, stored(1), { failure: ErrorCode.NOT_DICOM }],
    [202, stored(1), { ...stored(2), warning: 'dataSetDoesNotMatchSopClass' }],
    [400],
    [409, failed(1, ErrorCode.WRONG_MODALITY), failed(2, ErrorCode.NOT_DICOM)],
    [409, failed(1, ErrorCode.MIXED_STUDIES)],
    [409, failed(1, ErrorCode.UPLOAD_TOO_LARGE), failed(2, ErrorCode.STORE_UNAVAILABLE)],
    [413, failed(1, ErrorCode.UPLOAD_TOO_LARGE), failed(2, ErrorCode.TOO_MANY_FILES)],
    [415, { failure: ErrorCode.UNSUPPORTED_MEDIA_TYPE }, { failure: ErrorCode.UNSUPPORTED_MEDIA_TYPE }],
    [503, failed(1, ErrorCode.STORE_UNAVAILABLE)],
  ];
  for (const [status, ...outcomes] of cases)
    assert.equal(storeResponse(outcomes, 'json').status, status, JSON.stringify(outcomes));
});

test('the module lists what was stored, what failed, and what failed without a name', () => {
  const warned: StoreOutcome = { ...stored(3), warning: 'coercion' };
  const nameless: StoreOutcome = {
    sopInstanceUid: 'Doe^Jane',
    sopClassUid: mr,
    failure: ErrorCode.CORRUPT_DICOM,
  };
  const halfNamed: StoreOutcome = { sopInstanceUid: '1.2.3', failure: ErrorCode.INTERNAL };
  const unsupported = failed(2, ErrorCode.UNSUPPORTED_TRANSFER_SYNTAX);
  assert.deepEqual(json(stored(1), unsupported, warned, nameless, halfNamed), {
    '00081190': { vr: 'UR' },
    '00081198': { vr: 'SQ', Value: [{ ...reference(2), '00081197': { vr: 'US', Value: [0xc122] } }] },
    '00081199': {
      vr: 'SQ',
      Value: [
        { ...reference(1), '00081190': { vr: 'UR' } },
        { ...reference(3), '00081190': { vr: 'UR' }, '00081196': { vr: 'US', Value: [0xb000] } },
      ],
    },
    '0008119A': {
      vr: 'SQ',
      Value: [{ '00081197': { vr: 'US', Value: [0xc000] } }, { '00081197': { vr: 'US', Value: [0x0110] } }],
    },
  });
});

test('tags ascend, at every level', () => {
  const { body } = storeResponse(
    [{ ...stored(1), warning: 'coercion' }, failed(2, ErrorCode.INTERNAL)],
    'json',
  );
  const assertAscending = (value: unknown): void => {
    if (typeof value !== 'object' || value === null) return;
    const names = Object.keys(value).filter((name) => /^[0-9A-F]{8}$/.test(name));
    assert.deepEqual(names, names.toSorted());
    for (const inner of Object.values(value)) assertAscending(inner);
  };
  assertAscending(JSON.parse(body));
});

test('sequences without items are left out', () => {
  assert.deepEqual(json(), { '00081190': { vr: 'UR' } });
});

const toJson = `
import json, sys, xml.etree.ElementTree as tree
ns = "{http://dicom.nema.org/PS3.19/models/NativeDICOM}"

def data_set(parent):
    result = {}
    for element in parent:
        assert element.tag == ns + "DicomAttribute" and element.get("keyword"), element.tag
        vr = element.get("vr")
        assert [int(child.get("number")) for child in element] == list(range(1, len(element) + 1))
        if vr == "SQ": value = [data_set(item) for item in element.findall(ns + "Item")]
        else: value = [int(v.text) if vr == "US" else v.text for v in element.findall(ns + "Value")]
        result[element.get("tag")] = {"vr": vr, **({"Value": value} if value else {})}
    return result

root = tree.fromstring(sys.stdin.buffer.read())
assert root.tag == ns + "NativeDicomModel"
print(json.dumps(data_set(root)))
`;

test('the XML says what the JSON says, to an XML parser', (t) => {
  const outcomes = [
    stored(1),
    failed(2, ErrorCode.WRONG_MODALITY),
    { failure: ErrorCode.NOT_DICOM },
    stored(4),
  ];
  const { body, contentType } = storeResponse(outcomes, 'dicom+xml');
  assert.equal(contentType, 'application/dicom+xml');
  let parsed: string;
  try {
    parsed = execFileSync('python3', ['-c', toJson], { input: body, encoding: 'utf8' });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return t.skip('no Python');
    throw error;
  }
  assert.deepEqual(JSON.parse(parsed), json(...outcomes));
});

test('the XML comes as the only part of a multipart body where that was asked for', async () => {
  const { body, contentType } = storeResponse([stored(1)], 'multipart dicom+xml');
  assert.match(contentType, /^multipart\/related; type="application\/dicom\+xml"; boundary=/);
  const boundary = contentType.split('boundary=')[1]!;
  const [preamble, part, rest] = body.split(`--${boundary}`);
  const [header, content] = part!.split('\r\n\r\n');
  assert.deepEqual([preamble, rest, header], ['', '--\r\n', '\r\nContent-Type: application/dicom+xml']);
  assert.equal(content!.trimEnd(), storeResponse([stored(1)], 'dicom+xml').body.trimEnd());
});
