import type { PixelFormat } from '@hepastage/proto';
import { corruptPixelData } from './corrupt-pixel-data.ts';

/** What a compressed image says of itself. */
export interface StreamClaims {
  readonly width: number;
  readonly height: number;
  readonly components: number;
  /** Bits per sample. */
  readonly precision: number;
}

/** Throws CORRUPT_PIXEL_DATA unless the image is what the DICOM header says. Asked before anything of the claimed size is allocated. */
export function checkClaims(claims: StreamClaims, { rows, columns, bitsAllocated }: PixelFormat): void {
  const { width, height, components, precision } = claims;
  if (width !== columns || height !== rows || components !== 1) {
    throw corruptPixelData('its compressed image has another size or more colours than the header says', {
      expected: `${columns} × ${rows}, 1 component`,
      received: `${width} × ${height}, ${components}`,
    });
  }
  if (precision < 1 || precision > bitsAllocated) {
    throw corruptPixelData('its compressed image has more bits than the header says', {
      expected: `at most ${bitsAllocated}`,
      received: precision,
    });
  }
}
