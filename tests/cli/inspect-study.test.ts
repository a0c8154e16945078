import assert from 'node:assert/strict';
import { mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { test } from 'node:test';
import type { StudyReport } from '../../packages/cli/src/inspect/study-report.ts';
import { zipFile } from '../../packages/platform/src/archive/testing/zip-file.ts';
import { hepastage } from '../helpers/command.ts';
import { type PhantomDicom, phantomDicom, type Vendor } from '../helpers/phantom-dicom.ts';
import { temporaryDirectory } from '../helpers/temporary-directory.ts';

for (const vendor of ['siemens', 'ge', 'philips-enhanced'] satisfies Vendor[]) {
  test(`a ${vendor} study as a folder and as a zip: the right two series, and a reason for every one`, async () => {
    await using phantom = await phantomDicom(vendor);
    const asFolder = await inspected(phantom.folder);
    assert.equal(asFolder.exitCode, 0, JSON.stringify(asFolder.report));
    assert.deepEqual(chosenOf(asFolder.report), phantom.seriesUids);
    for (const { rule, reason, physics } of asFolder.report.series) {
      assert.match(rule ?? '', /^[A-Z0-9_]+$/);
      assert.notEqual(reason, '');
      assert.ok(physics);
    }
    const t1w = asFolder.report.series.find(({ role }) => role === 'T1W');
    assert.ok(
      t1w?.findings?.some(({ code }) => code === 'INSUFFICIENT_RESOLUTION'),
      'quality is judged',
    );
    assert.equal(t1w?.geometry?.dims?.length, 3);
    assert.deepEqual(asFolder.report.skipped.toSorted(byCode), [
      { code: 'NOT_DICOM', count: 1 },
      { code: 'WRONG_MODALITY', count: 3 },
    ]);
    assertNobodyNamed(JSON.stringify(asFolder.report.series), phantom);

    const asZip = await inspected(phantom.zip);
    assert.deepEqual(asZip.report.series, asFolder.report.series);
  });
}

test('for people: the verdict, a line per series, reasons and findings', async () => {
  await using phantom = await phantomDicom('ge');
  const { exitCode, stdout } = await hepastage('inspect', phantom.folder);
  assert.equal(exitCode, 0);
  const lines = stdout.split('\n');
  assert.equal(lines[0], phantom.folder);
  assert.match(lines[1]!, /^ {2}accepted {4}T1W is series 8\.1, T2W is series 4$/);
  assert.match(stdout, /^ {2}passed over 3 files: WRONG_MODALITY$/m);
  assert.match(stdout, /^ {2}series {2}role +rule +words +grid +TR\/TE\/FA$/m);
  assert.match(stdout, /^ {2}4 +T2W +T2_SPIN_ECHO +AXIAL T2 .* \d+×\d+×\d+ .* mm LPS +\d+\/[\d.]+\/\d+$/m);
  assert.match(stdout, /^ {2}8\.2 +passed over +COMPLEX_COMPONENT /m);
  assert.match(stdout, /^ {2}8\.1 \(magnitude\): A gradient echo .*\.$/m);
  assert.match(stdout, /^ {4}warning INSUFFICIENT_RESOLUTION: Pixels are [\d.]+ mm wide; /m);
  assertNobodyNamed(stdout, phantom);
});

test('a choice overrides the rules, and one that can’t be met is refused', async () => {
  await using phantom = await phantomDicom('siemens');
  const chosen = await inspected(phantom.folder, '--t1w-series', '7');
  assert.equal(chosen.exitCode, 0);
  const t1w = chosen.report.series.find(({ role }) => role === 'T1W');
  assert.deepEqual([t1w?.seriesNumber, t1w?.rule], [7, 'NAMED_BY_REQUEST']);

  const { exitCode, report } = await inspected(phantom.folder, '--t2w-series', '4711');
  assert.equal(exitCode, 1);
  assert.equal(codeOf(report), 'SERIES_NOT_FOUND');
  assert.deepEqual(chosenOf(report), phantom.seriesUids, 'the series are told all the same');
});

test('a zip with junk is taken, copies are counted, damage is refused by its entry', async () => {
  await using phantom = await phantomDicom('philips-enhanced');
  await using folder = await temporaryDirectory('inspect');
  const images = await Promise.all((await filesOf(phantom.folder)).map(async (path) => readFile(path)));
  const parts = images.map((content, n) => ({ name: `study/${n}`, content }));
  const junk = [
    { name: 'readme.txt', content: Buffer.from('notes '.repeat(100)) },
    { name: 'empty', content: Buffer.alloc(0) },
    { name: '__MACOSX/._0', content: Buffer.from('left by a system') },
    { name: 'again', content: images.find(({ length }) => length > 100_000)! },
  ];
  const zip = join(folder.path, 'junk.zip');
  await writeFile(zip, zipFile(...junk, ...parts));
  const { exitCode, report } = await inspected(zip);
  assert.equal(exitCode, 0, JSON.stringify(report));
  assert.deepEqual(chosenOf(report), phantom.seriesUids);
  assert.equal(report.skipped.find(({ code }) => code === 'NOT_DICOM')?.count, 3);
  assert.equal(report.duplicates, 1);

  const cut = junk[3]!.content.subarray(0, -100);
  await writeFile(zip, zipFile(junk[0]!, { name: 'cut', content: cut }, ...parts));
  const damaged = await inspected(zip);
  assert.equal(damaged.exitCode, 1);
  assert.equal(codeOf(damaged.report), 'TRUNCATED_FILE');
  assert.match(JSON.stringify(damaged.report), /"message":"entry 2: /);
  assert.ok(damaged.report.series.length > 5, 'what can be read is told');
});

test('zips that may do harm are refused whole, and nothing is left of them', async () => {
  await using folder = await temporaryDirectory('inspect');
  const temporary = join(folder.path, 'tmp');
  await mkdir(temporary);
  const before = process.env['TMPDIR'];
  process.env['TMPDIR'] = temporary;
  try {
    const inner = zipFile({ name: 'a', content: Buffer.from('a') });
    const harmful: Readonly<Record<string, Buffer>> = {
      UNSAFE_ARCHIVE: zipFile({ name: 'one', content: Buffer.from('x') }, { name: '../out', content: inner }),
      CORRUPT_ARCHIVE: zipFile({ name: 'one', content: Buffer.alloc(5_000, 'x') }).subarray(0, 45),
      NO_SEQUENCE: zipFile(),
      NOT_DICOM: zipFile({ name: 'one', content: Buffer.from('x') }),
    };
    for (const [code, bytes] of Object.entries(harmful)) {
      const zip = join(folder.path, `${code}.zip`);
      await writeFile(zip, bytes);
      const { exitCode, report } = await inspected(zip);
      assert.equal(exitCode, 1);
      assert.equal(codeOf(report), code);
      assert.deepEqual(await readdir(temporary), []);
    }
  } finally {
    if (before === undefined) delete process.env['TMPDIR'];
    else process.env['TMPDIR'] = before;
  }
});

test('an empty folder, two studies, and a study without its T1W and T2W are refused', async () => {
  await using folder = await temporaryDirectory('inspect');
  const empty = join(folder.path, 'empty');
  await mkdir(empty);
  const nothing = await inspected(empty);
  assert.deepEqual([nothing.exitCode, codeOf(nothing.report)], [1, 'NO_SEQUENCE']);

  await using one = await phantomDicom('siemens-enhanced');
  await using other = await phantomDicom('philips-enhanced', { seed: 8 });
  const both = join(folder.path, 'both');
  await mkdir(both);
  for (const [n, path] of [...(await filesOf(one.folder)), ...(await filesOf(other.folder))].entries())
    await writeFile(join(both, String(n)), await readFile(path));
  const mixed = await inspected(both);
  assert.deepEqual([mixed.exitCode, codeOf(mixed.report)], [1, 'MIXED_STUDIES']);

  // Without the files of the series that were chosen, and of the other T1W.
  const { report } = await inspected(one.folder);
  const wanted = new Set(report.series.filter(({ rule }) => /^T[12]_|PREFERRED|NOT_AXIAL/.test(rule!)));
  assert.ok(wanted.size >= 2);
  const paths = await filesOf(one.folder);
  const { stdout } = await hepastage('inspect', '--json', ...paths);
  for (const [n, single] of (JSON.parse(stdout) as StudyReport[]).entries()) {
    const [series] = single.series ?? [];
    if ([...wanted].some((uid) => uid.seriesInstanceUid === series?.seriesInstanceUid)) await rm(paths[n]!);
  }
  const unsuitable = await inspected(one.folder);
  assert.deepEqual([unsuitable.exitCode, codeOf(unsuitable.report)], [1, 'NO_SUITABLE_SERIES']);
  assert.ok(unsuitable.report.series.every(({ role }) => role === 'PASSED_OVER'));
});

async function inspected(path: string, ...options: readonly string[]) {
  const { exitCode, stdout, stderr } = await hepastage('inspect', path, '--json', ...options);
  assert.notEqual(stdout, '', stderr);
  const [report] = JSON.parse(stdout) as StudyReport[];
  return { exitCode, report: report! };
}

function codeOf(report: StudyReport): string | undefined {
  return report.accepted ? undefined : report.code;
}

function chosenOf({ series }: StudyReport) {
  const uidOf = (sequence: string) => series.find(({ role }) => role === sequence)?.seriesInstanceUid;
  return { t1w: uidOf('T1W'), t2w: uidOf('T2W') };
}

async function filesOf(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  return entries
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .sort((a, b) => basename(a).localeCompare(basename(b)));
}

/** UIDs are the files' own on one's own machine; nobody is named even there. */
function assertNobodyNamed(text: string, { identifiers }: PhantomDicom): void {
  const values = Object.entries(identifiers)
    .filter(([attribute]) => !attribute.endsWith('UID'))
    .flatMap(([, those]) => those)
    .filter((value) => value.length >= 4);
  assert.ok(values.length > 5);
  for (const value of values) assert.ok(!text.includes(value), 'something identifying was printed');
}

function byCode(a: { code?: string }, b: { code?: string }): number {
  return (a.code ?? '').localeCompare(b.code ?? '');
}
