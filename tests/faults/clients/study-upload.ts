import { randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';

/** Pieces that an upload is sent in. */
const pieces = 4;

/** A study as multipart/form-data, sent in pieces over some `ms`, so that it can be interrupted. */
export function studyUpload(
  t2w: Uint8Array<ArrayBuffer>,
  { random, ms }: { readonly random: () => number; readonly ms: number },
): { readonly headers: Readonly<Record<string, string>>; readonly body: ReadableStream<Uint8Array> } {
  const boundary = `hepastage-${randomUUID()}`;
  const bytes = Buffer.concat([
    Buffer.from(
      `--${boundary}\r\nContent-Disposition: form-data; name="t2w"; filename="t2w.nii.gz"\r\nContent-Type: application/octet-stream\r\n\r\n`,
    ),
    t2w,
    Buffer.from(`\r\n--${boundary}--\r\n`),
  ]);
  return {
    headers: {
      'content-type': `multipart/form-data; boundary=${boundary}`,
      'content-length': String(bytes.length),
    },
    body: ReadableStream.from(inPieces(bytes, random, ms / pieces)),
  };
}

async function* inPieces(
  bytes: Uint8Array,
  random: () => number,
  pauseMs: number,
): AsyncGenerator<Uint8Array> {
  const ends = Array.from({ length: pieces - 1 }, () => Math.floor(random() * bytes.length)).sort(
    (a, b) => a - b,
  );
  let begin = 0;
  for (const end of [...ends, bytes.length]) {
    if (end === begin) continue;
    yield bytes.subarray(begin, end);
    begin = end;
    await delay(pauseMs);
  }
}
