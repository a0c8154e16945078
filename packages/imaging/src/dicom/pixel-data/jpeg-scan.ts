import { corruptPixelData } from './corrupt-pixel-data.ts';
import type { JpegHeader } from './jpeg-header.ts';

const defineRestartInterval = 0xdd;

/** What a scan header (ITU-T T.81, B.2.3) says of a scan of one component. */
export interface JpegScan {
  readonly dcTable: number;
  readonly acTable: number;
  /** Start of spectral selection; the predictor of a lossless scan. */
  readonly start: number;
  /** Successive approximation, low position; the point transform of a lossless scan. */
  readonly low: number;
}

/** Throws CORRUPT_PIXEL_DATA. */
export function scanOf({ segments }: JpegHeader): JpegScan {
  const { bytes } = segments.at(-1)!;
  const [components, , tables, start, , approximation] = bytes;
  if (bytes.length !== 6 || components !== 1)
    throw corruptPixelData('its JPEG image has a damaged scan header');
  return { dcTable: tables! >> 4, acTable: tables! & 0xf, start: start!, low: approximation! & 0xf };
}

/** Blocks or samples between restarts (B.2.4.4); 0 where there are none. */
export function restartIntervalOf(segments: JpegHeader['segments']): number {
  const segment = segments.findLast(({ marker }) => marker === defineRestartInterval)?.bytes;
  return segment === undefined ? 0 : 256 * (segment[0] ?? 0) + (segment[1] ?? 0);
}
