import type { StoredPixels } from '../stored-pixels.ts';
import { JpegBits, writeJpeg } from './jpeg-writer.ts';

interface ImageSize {
  readonly width: number;
  readonly height: number;
  readonly precision: number;
}

export interface LosslessChoices extends ImageSize {
  /** 1 to 7. */
  readonly predictor?: number;
  readonly rowsOfInterval?: number;
  readonly pointTransform?: number;
}

/** Lossless JPEG (ITU-T T.81, annex H), written sample by sample from its definition. */
export function encodeJpegLossless(pixels: StoredPixels, choices: LosslessChoices): Uint8Array {
  const { width, height, precision, predictor = 1, rowsOfInterval = height, pointTransform = 0 } = choices;
  const mask = 2 ** precision - 1;
  const at = (x: number, y: number): number => (pixels[y * width + x]! & mask) >> pointTransform;
  const bits = new JpegBits();
  for (let y = 0; y < height; y++) {
    const isFirstRow = y % rowsOfInterval === 0;
    if (isFirstRow && y > 0) bits.restart(y / rowsOfInterval - 1);
    for (let x = 0; x < width; x++) {
      let prediction = 2 ** (precision - pointTransform - 1);
      if (isFirstRow && x > 0) prediction = at(x - 1, y);
      if (!isFirstRow && x === 0) prediction = at(x, y - 1);
      if (!isFirstRow && x > 0) {
        const [a, b, c] = [at(x - 1, y), at(x, y - 1), at(x - 1, y - 1)];
        prediction = [
          a,
          b,
          c,
          a + b - c,
          a + Math.floor((b - c) / 2),
          b + Math.floor((a - c) / 2),
          Math.floor((a + b) / 2),
        ][predictor - 1]!;
      }
      // Modulo 2¹⁶, from −32767 to 32768.
      const difference = (at(x, y) - prediction) & 0xff_ff;
      bits.number(difference > 0x80_00 ? difference - 0x1_00_00 : difference);
    }
  }
  return writeJpeg({
    frame: 0xc3,
    precision,
    width,
    height,
    ...(rowsOfInterval < height && { restartInterval: rowsOfInterval * width }),
    scan: [predictor, 0, pointTransform],
    data: bits.end(),
  });
}

const edge = 8;

/** Sequential JPEG (annex F) with every quantization step 1: what is lost is rounding. */
export function encodeJpegExtended(
  pixels: StoredPixels,
  { width, height, precision, blocksOfInterval }: ImageSize & { readonly blocksOfInterval?: number },
): Uint8Array {
  const [across, down] = [Math.ceil(width / edge), Math.ceil(height / edge)];
  const bits = new JpegBits();
  let before = 0;
  for (let n = 0; n < across * down; n++) {
    if (blocksOfInterval !== undefined && n > 0 && n % blocksOfInterval === 0) {
      bits.restart(n / blocksOfInterval - 1);
      before = 0;
    }
    const [left, top] = [edge * (n % across), edge * Math.floor(n / across)];
    const coefficients = forwardDct((x, y) => {
      // Blocks that reach beyond the image repeat its edge.
      const [column, row] = [Math.min(width - 1, left + x), Math.min(height - 1, top + y)];
      return pixels[row * width + column]! - 2 ** (precision - 1);
    });
    bits.number(coefficients[0]! - before);
    before = coefficients[0]!;
    writeAc(bits, coefficients.slice(1));
  }
  return writeJpeg({
    frame: 0xc1,
    precision,
    width,
    height,
    steps: Array.from({ length: 64 }, () => 1),
    ...(blocksOfInterval !== undefined && { restartInterval: blocksOfInterval }),
    scan: [0, 63, 0],
    data: bits.end(),
  });
}

function writeAc(bits: JpegBits, coefficients: readonly number[]): void {
  let run = 0;
  for (const coefficient of coefficients) {
    if (coefficient === 0) {
      run++;
      continue;
    }
    for (; run > 15; run -= 16) bits.symbol(0xf0);
    bits.number(coefficient, run);
    run = 0;
  }
  if (run > 0) bits.symbol(0);
}

/** In zigzag order, rounded (A.3.3). */
function forwardDct(at: (x: number, y: number) => number): number[] {
  const coefficients = zigzag.map(([u, v]) => {
    let sum = 0;
    for (let y = 0; y < edge; y++) {
      for (let x = 0; x < edge; x++) sum += at(x, y) * cosine(x, u) * cosine(y, v);
    }
    return Math.round((sum / 4) * (u === 0 ? Math.SQRT1_2 : 1) * (v === 0 ? Math.SQRT1_2 : 1));
  });
  return coefficients;
}

function cosine(place: number, frequency: number): number {
  return Math.cos(((2 * place + 1) * frequency * Math.PI) / 16);
}

/** Column and row of each coefficient, walked as figure A.6 draws it. */
const zigzag: readonly (readonly [number, number])[] = walkZigzag();

function walkZigzag(): [number, number][] {
  const path: [number, number][] = [];
  for (let [u, v, up] = [0, 0, true]; path.length < 64;) {
    path.push([u, v]);
    if (up && u === 7) [v, up] = [v + 1, false];
    else if (up && v === 0) [u, up] = [u + 1, false];
    else if (!up && v === 7) [u, up] = [u + 1, true];
    else if (!up && u === 0) [v, up] = [v + 1, true];
    else [u, v] = up ? [u + 1, v - 1] : [u - 1, v + 1];
  }
  return path;
}
