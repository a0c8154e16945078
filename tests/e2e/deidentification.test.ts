import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { glob, readdir, readFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { after, before, test } from 'node:test';
import { promisify } from 'node:util';
import { decodeText, JobRecordSchema, JobRecord_State } from '@hepastage/proto';
import { words } from '../../packages/dicom/src/vocabulary.ts';
import { phantomDicom, type PhantomDicom, type Vendor } from '../helpers/phantom-dicom.ts';
import { startLocalRedis } from '../helpers/redis-server.ts';
import type { ServiceProcess } from '../helpers/service-process.ts';
import { follow } from '../helpers/studies.ts';
import { startSystem, type System } from '../helpers/system.ts';
import { TextSearch } from '../helpers/text-search.ts';
import { trainingPython } from '../helpers/training-python.ts';
import { sharedFile, skipWithoutSharedData } from '../imaging/shared-data.ts';
import { type Written, writtenBytes } from './written-bytes.ts';

/** Shorter values occur by chance, and say little. The generator's values are made to be rare; real times and numbers are not. */
const charactersMin = 4;
const realCharactersMin = 6;
const realDigitsMin = 8;

let system: System;
let worker: ServiceProcess;
/** Identifying values → the attribute that had them. They are never told: an assertion names the attribute alone. */
const identifying = new Map<string, string>();
const answers: Written[] = [];
/** Objects that were looked through, when nothing that came later could be in them. */
const seen = new Set<string>();

before(async () => {
  // Of this test's own: all of its keys, and its log of every write, are looked through.
  const redis = await startLocalRedis();
  system = await startSystem('directory', redis);
  worker = await system.startWorker();
});
after(async () => {
  await system[Symbol.asyncDispose]();
  await system.redis.stop();
});

const studies: readonly { readonly vendor: Vendor; readonly transferSyntax?: string }[] = [
  { vendor: 'siemens' },
  { vendor: 'ge' },
  { vendor: 'philips' },
  { vendor: 'siemens-enhanced' },
  { vendor: 'philips-enhanced' },
  { vendor: 'siemens', transferSyntax: 'implicit' },
  { vendor: 'siemens', transferSyntax: 'big-endian' },
  { vendor: 'siemens', transferSyntax: 'deflated' },
  { vendor: 'siemens', transferSyntax: 'rle' },
];
for (const [n, { vendor, transferSyntax = 'explicit' }] of studies.entries()) {
  test(`a ${vendor} study (${transferSyntax}) is staged, and nothing that identifies is written`, async () => {
    await using phantom = await phantomDicom(vendor, { seed: 100 + n, transferSyntax });
    await remember(phantom);
    const parts = [['study', await readFile(phantom.zip), basename(phantom.zip)]] as const;
    await stage(parts);
    assert.deepEqual(await leaks(), []);
  });
}

test('a study in many parts, with file names and a choice of series that identify', async () => {
  await using phantom = await phantomDicom('ge', { seed: 200 });
  await remember(phantom);
  const files = await filesOf(phantom.folder);
  const parts = await Promise.all(
    files.map(async (path) => ['study', await readFile(path), basename(path)] as const),
  );
  const series = { t1w: phantom.seriesUids.t1w, t2w: phantom.seriesUids.t2w };
  await stage([...parts, ['metadata', Buffer.from(JSON.stringify({ series })), 'metadata.json']]);

  await answer(`/v1/jobs?studyInstanceUid=${phantom.studyInstanceUid}`);
  await answer('/v1/studies', {
    method: 'POST',
    body: formOf([['study', Buffer.alloc(900), 'PATIENT.TXT']]),
  });
  const body = JSON.stringify({ studyInstanceUid: phantom.studyInstanceUid });
  await answer('/v1/studies', { method: 'POST', body, headers: { 'content-type': 'application/json' } });
  assert.deepEqual(await leaks(), []);
});

test('real files', { skip: skipWithoutSharedData }, async () => {
  const files = await Array.fromAsync(glob(sharedFile('dicom/**/*.dcm')));
  const values = await realIdentifiers(files);
  // What was written before they came is no leak of theirs: institutions called like a maker, departments called Radiology, zeros.
  const chance = new Set(
    await found(new TextSearch(new Map([...values.keys()].map((value) => [value, value]))), new Set()),
  );
  for (const [value, attribute] of values) if (!chance.has(value)) identifying.set(value, attribute);
  assert.ok(values.size - chance.size > 100);
  let accepted = 0;
  for (const file of files) {
    const { status, record } = await send([['study', await readFile(file), basename(file)]]);
    if (status !== 202) continue;
    accepted += 1;
    await follow(system.client, record!);
  }
  assert.ok(accepted > 40, String(accepted));
  assert.deepEqual(await leaks(), []);
});

test('the search finds what was written: studies by their new names', async () => {
  const jobs = await (await fetch(`${system.api.url}/v1/jobs`)).text();
  const [{ studyInstanceUid, jobId }] = (JSON.parse(jobs) as { jobs: Record<string, string>[] }).jobs as [
    Record<string, string>,
  ];
  for (const [text, places] of [
    [studyInstanceUid!, ['object', 'redis hash', 'redis file']],
    [jobId!, ['object', 'log']],
  ] as const) {
    const search = new TextSearch(new Map([[text, 'it']]));
    const wheres: string[] = [];
    for await (const { where, bytes } of writtenBytes(system, [worker], new Set())) {
      if (search.foundIn(bytes).length > 0) wheres.push(where);
    }
    for (const place of places)
      assert.ok(
        wheres.some((where) => where.startsWith(place)),
        place,
      );
  }
});

type Parts = readonly (readonly [name: string, content: Buffer, file: string])[];

/** All that identifies in a study: values, UIDs, and names of files. */
async function remember(phantom: PhantomDicom): Promise<void> {
  for (const [attribute, values] of Object.entries(phantom.identifiers)) {
    for (const value of values) if (value.length >= charactersMin) identifying.set(value, attribute);
  }
  for (const file of await filesOf(phantom.folder)) identifying.set(basename(file), 'the name of a file');
  assert.ok(identifying.size > 100);
}

async function filesOf(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  return entries.filter((entry) => entry.isFile()).map(({ parentPath, name }) => join(parentPath, name));
}

/** Sends a study, follows it to its end, and asks for everything that there is of it. */
async function stage(parts: Parts): Promise<void> {
  const { status, record } = await send(parts);
  assert.equal(status, 202);
  const last = await follow(system.client, record!);
  assert.equal(last.state, JobRecord_State.SUCCEEDED, last.error?.message);
  const { jobId } = last;
  await answer(`/v1/jobs/${jobId}`);
  await answer('/v1/jobs');
  await answer(`/v1/jobs/${jobId}/result`);
  for (const { name } of (await system.client.result(jobId)).artefacts) {
    await answer(`/v1/jobs/${jobId}/artefacts/${name}`);
  }
}

async function send(parts: Parts) {
  const { status, bytes } = await answer('/v1/studies', { method: 'POST', body: formOf(parts) });
  const record = status === 202 ? decodeText(JobRecordSchema, bytes.toString()) : undefined;
  return { status, record };
}

function formOf(parts: Parts): FormData {
  const form = new FormData();
  for (const [name, content, file] of parts) form.append(name, new Blob([new Uint8Array(content)]), file);
  return form;
}

/** What the API answers, its headers included: that is written too. */
async function answer(path: string, init: RequestInit = {}) {
  const response = await fetch(`${system.api.url}${path}`, init);
  const bytes = Buffer.from(await response.arrayBuffer());
  const headers = Buffer.from(JSON.stringify([...response.headers]));
  answers.push({ where: 'answer', bytes: Buffer.concat([headers, bytes]) });
  return { status: response.status, bytes };
}

/** Attributes whose values occur anywhere, with where. */
async function leaks(): Promise<string[]> {
  const search = new TextSearch(identifying);
  const places = new Set<string>();
  for await (const { where, bytes } of everything(seen)) {
    for (const name of search.foundIn(bytes)) places.add(`${name} in ${where}`);
  }
  answers.length = 0;
  return [...places];
}

/** What a search finds, wherever that is. */
async function found(search: TextSearch, except: Set<string>): Promise<string[]> {
  const names = new Set<string>();
  for await (const { bytes } of everything(except)) for (const name of search.foundIn(bytes)) names.add(name);
  return [...names];
}

async function* everything(except: Set<string>): AsyncGenerator<Written> {
  yield* writtenBytes(system, [worker], except);
  yield* answers;
}

/** Makers' names are among our words: an institution that is called like one is not found by that. */
function isTelling(text: string): boolean {
  return (
    !(words as ReadonlySet<string>).has(text) &&
    text.length >= (/^[\d. -]*$/.test(text) ? realDigitsMin : realCharactersMin)
  );
}

/** What identifies in real files, read with another library, never shown. */
async function realIdentifiers(files: readonly string[]): Promise<Map<string, string>> {
  const program = String.raw`
import json, sys, warnings
import pydicom
from pydicom.multival import MultiValue
from pydicom.sequence import Sequence
warnings.simplefilter("ignore")
pydicom.config.settings.reading_validation_mode = pydicom.config.IGNORE
people = {"PN", "DA", "TM", "DT"}
texts = {"InstitutionName", "InstitutionAddress", "InstitutionalDepartmentName", "StationName", "DeviceSerialNumber", "PatientID",
    "OtherPatientIDs", "AccessionNumber", "StudyID", "PatientComments", "ImageComments", "PatientAddress", "AdditionalPatientHistory",
    "RequestedProcedureID", "ScheduledProcedureStepID", "PerformedProcedureStepID", "IssuerOfPatientID", "PlateID", "DetectorID"}
found = {}
def look(dataset):
    for element in dataset.iterall():
        if element.VR not in people and element.VR != "UI" and element.keyword not in texts:
            continue
        values = element.value if isinstance(element.value, MultiValue) else [element.value]
        for value in values:
            text = str(value if value is not None else "").strip()
            if element.VR == "UI" and text.startswith("1.2.840.10008."):
                continue
            found[text] = element.keyword or str(element.tag)
for name in json.load(sys.stdin):
    try:
        dataset = pydicom.dcmread(name, force=True)
        for part in (dataset.file_meta, dataset):
            look(part)
    except Exception:
        pass
json.dump(found, sys.stdout)
`;
  const running = promisify(execFile)(trainingPython(), ['-c', program], { maxBuffer: 2 ** 26 });
  running.child.stdin?.end(JSON.stringify(files));
  const values = JSON.parse((await running).stdout) as Record<string, string>;
  return new Map(Object.entries(values).filter(([text]) => isTelling(text)));
}
