import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { test } from 'node:test';
import { readArchive, TestSource } from './testing/read-archive.ts';

const write = `
import io, random, sys, zipfile

class Pipe(io.RawIOBase):
    def writable(self): return True
    def write(self, data): return sys.stdout.buffer.write(data)

seekable, method, zip64 = (argument == "1" for argument in sys.argv[1:])
target = io.BytesIO() if seekable else Pipe()
with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED if method else zipfile.ZIP_STORED) as archive:
    archive.mkdir("folder")
    for n in range(5):
        with archive.open(f"folder/{n}", "w", force_zip64=zip64) as file:
            file.write(bytes(i * i % (n + 7) for i in range(n * 30_000)))
if seekable: sys.stdout.buffer.write(target.getvalue())
`;

const content = (n: number) => Buffer.from(Array.from({ length: n * 30_000 }, (_, i) => (i * i) % (n + 7)));
const expected = [0, 1, 2, 3, 4].map((n) => ({ position: n + 2, content: content(n) }));

/** Undefined where there is no Python that can make folders in zips (3.11). */
function zipByPython(...choices: readonly boolean[]): Buffer | undefined {
  try {
    const args = ['-c', write, ...choices.map((choice) => (choice ? '1' : '0'))];
    return execFileSync('python3', args, { maxBuffer: 1 << 24, stdio: ['ignore', 'pipe', 'ignore'] });
  } catch {
    return undefined;
  }
}

test("Python's zip files are read, to files and to pipes, with and without zip64", async (t) => {
  for (const seekable of [true, false]) {
    for (const deflated of [true, false]) {
      for (const zip64 of [true, false]) {
        const zip = zipByPython(seekable, deflated, zip64);
        if (zip === undefined) return t.skip('no Python 3.11');
        const reading = readArchive(new TestSource(zip));
        if (seekable || deflated) assert.deepEqual(await reading, expected);
        else
          await assert.rejects(reading, { codeName: 'CORRUPT_ARCHIVE', message: /^entry 3: .*unknown size/ });
      }
    }
  }
});
