import type { Draw } from '../engine/draw.ts';

/** The input as a socket gives it: in pieces whose ends mean nothing. More than `piecesMax` only take time. */
export async function* inChunks(
  input: Uint8Array,
  draw: Draw,
  piecesMax = 100,
): AsyncGenerator<Buffer, void, void> {
  const most = draw.pick([7, 100, 1_000, 70_000]);
  const least = Math.max(1, Math.ceil(input.length / piecesMax));
  for (let at = 0; at < input.length;) {
    const bytes = Math.max(least, draw.between(1, most));
    yield Buffer.from(input.subarray(at, at + bytes));
    at += bytes;
  }
}
