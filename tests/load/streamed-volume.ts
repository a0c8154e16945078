import { randomFillSync } from 'node:crypto';
import { once } from 'node:events';
import { type ClientRequest, type IncomingMessage, request } from 'node:http';
import { Readable } from 'node:stream';
import { text } from 'node:stream/consumers';
import { pipeline } from 'node:stream/promises';
import { gzipSync } from 'node:zlib';
import { buildNifti } from '../../packages/imaging/src/testing/nifti-builder.ts';

const boundary = 'hepastage-load';
const blockBytes = 1 << 20;
const accepted = 202;

/** A volume that is sent block by block: what all uploads of it hold in memory is one block. */
export interface StreamedVolume {
  readonly file: string;
  readonly head: Buffer;
  readonly block: Buffer;
  readonly blocks: number;
}

/** A uint8 volume of so many MiB of noise, which no compression makes smaller. */
export function noisyVolume(mebibytes: number): StreamedVolume {
  const dim = [3, 1024, 1024, mebibytes, 1, 1, 1, 1];
  const head = Buffer.from(buildNifti({ datatype: 'uint8', dims: [0, 0, 0], header: { dim } }));
  return { file: 'volume.nii', head, block: randomFillSync(Buffer.alloc(blockBytes)), blocks: mebibytes };
}

/** The same, gzipped. A gzip stream may have several members: one is made once and sent for each block. */
export function gzipped({ file, head, block, blocks }: StreamedVolume): StreamedVolume {
  return { file: `${file}.gz`, head: gzipSync(head), block: gzipSync(block), blocks };
}

/** Sends a study of the volume to its end and returns its job's id. Throws unless it is accepted. */
export async function sendVolume(url: string, volume: StreamedVolume): Promise<string> {
  const sent = post(url);
  const body = Readable.from(form(volume), { objectMode: false });
  const [[response]] = (await Promise.all([once(sent, 'response'), pipeline(body, sent)])) as [
    [IncomingMessage],
    void,
  ];
  const answer = await text(response);
  if (response.statusCode !== accepted) throw new Error(`an upload was refused: ${answer}`);
  return (JSON.parse(answer) as { jobId: string }).jobId;
}

/** Sends the first `bytes` of a study's file, and goes without a word, as a client that dies does. */
export async function breakOff(url: string, volume: StreamedVolume, bytes: number): Promise<void> {
  const sent = post(url);
  // What the server makes of it is not this client's concern any more.
  sent.on('error', () => undefined).on('response', (response: IncomingMessage) => response.resume());
  let left = bytes;
  for (const chunk of form(volume)) {
    const piece = chunk.subarray(0, left);
    left -= piece.length;
    if (!sent.write(piece)) await once(sent, 'drain');
    if (left === 0) break;
  }
  const { promise: closed, resolve } = Promise.withResolvers<void>();
  sent.once('close', resolve).destroy();
  await closed;
}

function post(url: string): ClientRequest {
  return request(`${url}/v1/studies`, {
    method: 'POST',
    agent: false,
    headers: { 'content-type': `multipart/form-data; boundary=${boundary}` },
  });
}

function* form({ file, head, block, blocks }: StreamedVolume): Generator<Buffer> {
  const disposition = `Content-Disposition: form-data; name="t1w"; filename="${file}"`;
  yield Buffer.from(`--${boundary}\r\n${disposition}\r\n\r\n`);
  yield head;
  for (let sent = 0; sent < blocks; sent++) yield block;
  yield Buffer.from(`\r\n--${boundary}--\r\n`);
}
