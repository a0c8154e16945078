const mebibyte = 2 ** 20;

/** The API without anything to do, and what its heap grows by under load. */
const base = 200 * mebibyte;
/** One part of the S3 upload (5 MiB: see docs/adr/0006), and the stream's buffers. */
const perUpload = 6 * mebibyte;

/** Most memory that the API has resident with so many uploads at once into S3, however large they are. */
export function apiBytesMax(uploads: number): number {
  return base + uploads * perUpload;
}
