import { randomFillSync } from 'node:crypto';
import { once } from 'node:events';
import { type IncomingMessage, request } from 'node:http';
import { text } from 'node:stream/consumers';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { gzipSync } from 'node:zlib';
import { buildNifti } from '../packages/imaging/src/testing/nifti-builder.ts';
import { peakResidentBytes } from '../tests/helpers/process-memory.ts';
import { startSystem } from '../tests/helpers/system.ts';
import type { BenchResult } from './bench-result.ts';

const uploads = 20;
const blockBytes = 1 << 20;
const blocksPerUpload = 100;
const boundary = 'hepastage-bench';
const accepted = 202;

/**
 * Peak memory of the API process while it takes twenty volumes of 100 MiB at once, as plain NIfTI and gzipped, into a directory and into S3; each with a
 * process of its own.
 */
export async function benchApiMemory(): Promise<BenchResult[]> {
  const { head, block } = noisyVolume();
  const plain = { kind: 'plain', file: 'volume.nii', head, block };
  // A gzip stream may have several members: one is made once and sent a hundred times.
  const gzipped = { kind: 'gzipped', file: 'volume.nii.gz', head: gzipSync(head), block: gzipSync(block) };
  const results: BenchResult[] = [];
  for (const upload of [plain, gzipped]) {
    for (const store of ['directory', 's3'] as const) results.push(await measure(upload, store));
  }
  return results;
}

interface Upload {
  readonly kind: string;
  readonly file: string;
  readonly head: Buffer;
  readonly block: Buffer;
}

async function measure(upload: Upload, store: 'directory' | 's3'): Promise<BenchResult> {
  await using system = await startSystem(store);
  const { url, pid } = system.api;
  const idle = await peakResidentBytes(pid);
  const begun = performance.now();
  await Promise.all(Array.from({ length: uploads }, async () => send(url, upload)));
  const seconds = (performance.now() - begun) / 1_000;
  const peak = await peakResidentBytes(pid);
  return {
    name: `api: peak resident memory, ${uploads} concurrent uploads of ${blocksPerUpload} MiB, ${upload.kind}, into ${store}`,
    value: megabytes(peak),
    unit: 'MB',
    aim: { atMost: 300 },
    details: `VmHWM; ${megabytes(idle).toFixed(0)} MB before; all accepted after ${seconds.toFixed(1)} s`,
  };
}

function megabytes(bytes: number): number {
  return bytes / 1e6;
}

/** The header of a uint8 volume of a hundred blocks, and one block of its voxels: noise, which no compression makes smaller. */
function noisyVolume(): { head: Buffer; block: Buffer } {
  const dim = [3, 1024, 1024, blocksPerUpload, 1, 1, 1, 1];
  const head = Buffer.from(buildNifti({ datatype: 'uint8', dims: [0, 0, 0], header: { dim } }));
  return { head, block: randomFillSync(Buffer.alloc(blockBytes)) };
}

/** Streams one study; in memory here is never more than the one block that all uploads share. */
async function send(url: string, { file, head, block }: Upload): Promise<void> {
  const sent = request(`${url}/v1/studies`, {
    method: 'POST',
    agent: false,
    headers: { 'content-type': `multipart/form-data; boundary=${boundary}` },
  });
  const body = Readable.from(form(file, head, block), { objectMode: false });
  const [[response]] = (await Promise.all([once(sent, 'response'), pipeline(body, sent)])) as [
    [IncomingMessage],
    void,
  ];
  const answer = await text(response);
  if (response.statusCode !== accepted) throw new Error(`an upload was refused: ${answer}`);
}

function* form(file: string, head: Buffer, block: Buffer): Generator<Buffer> {
  const disposition = `Content-Disposition: form-data; name="t1w"; filename="${file}"`;
  yield Buffer.from(`--${boundary}\r\n${disposition}\r\n\r\n`);
  yield head;
  for (let sent = 0; sent < blocksPerUpload; sent++) yield block;
  yield Buffer.from(`\r\n--${boundary}--\r\n`);
}
