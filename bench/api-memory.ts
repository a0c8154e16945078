import { randomFillSync } from 'node:crypto';
import { once } from 'node:events';
import { type IncomingMessage, request } from 'node:http';
import { text } from 'node:stream/consumers';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { gzipSync } from 'node:zlib';
import { buildNifti } from '../packages/imaging/src/testing/nifti-builder.ts';
import { peakResidentBytes } from '../tests/helpers/process-memory.ts';
import { startRedis } from '../tests/helpers/redis-server.ts';
import { startService } from '../tests/helpers/service-process.ts';
import { temporaryDirectory } from '../tests/helpers/temporary-directory.ts';
import type { BenchResult } from './bench-result.ts';

const uploads = 20;
const blockBytes = 1 << 20;
const blocksPerUpload = 100;
const boundary = 'hepastage-bench';
const accepted = 202;
/** As `npm start -w @hepastage/api` has it: left alone, V8 lets the space of short-lived objects grow to 100 MB on a large machine, MB each. */
const apiNodeOptions = '--max-semi-space-size=2';

/** Peak memory of the API process while it takes twenty volumes of 100 MiB at once, once as plain NIfTI and once gzipped, each with a process of its own. */
export async function benchApiMemory(): Promise<BenchResult[]> {
  const { head, block } = noisyVolume();
  return [
    await measure('plain', 'volume.nii', head, block),
    // A gzip stream may have several members: one is made once and sent a hundred times.
    await measure('gzipped', 'volume.nii.gz', gzipSync(head), gzipSync(block)),
  ];
}

async function measure(kind: string, file: string, head: Buffer, block: Buffer): Promise<BenchResult> {
  await using redis = await startRedis();
  await using objects = await temporaryDirectory('objects');
  await using api = await startService('api', {
    REDIS_URL: redis.url,
    HEPASTAGE_REDIS_PREFIX: redis.prefix,
    HEPASTAGE_OBJECT_STORE: objects.path,
    NODE_OPTIONS: apiNodeOptions,
  });
  const { url, pid } = api;
  const idle = await peakResidentBytes(pid);
  const begun = performance.now();
  await Promise.all(Array.from({ length: uploads }, async () => upload(url, file, head, block)));
  const seconds = (performance.now() - begun) / 1_000;
  const peak = await peakResidentBytes(pid);
  return {
    name: `api: peak resident memory, ${uploads} concurrent uploads of ${blocksPerUpload} MiB, ${kind}`,
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
async function upload(url: string, file: string, head: Buffer, block: Buffer): Promise<void> {
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
