import type { PixelFormat } from '@hepastage/proto';

/** A DICOM file, explicit little endian, of nothing but what pixels need: values are stored values, all frames one after another. */
export function buildPart10(format: PixelFormat, values: readonly number[], frames = 1): Uint8Array {
  const text = (tag: number, vr: string, value: string): Buffer =>
    element(
      tag,
      vr,
      Buffer.from(value.padEnd(value.length + (value.length % 2), vr === 'UI' ? '\0' : ' '), 'latin1'),
    );
  const short = (tag: number, value: number): Buffer =>
    element(tag, 'US', Buffer.from(Uint16Array.of(value).buffer));

  const meta = text(0x0002_0010, 'UI', '1.2.840.10008.1.2.1');
  const length = element(0x0002_0000, 'UL', Buffer.from(Uint32Array.of(meta.length).buffer));
  const dataSet = [
    text(0x0008_0016, 'UI', '1.2.840.10008.5.1.4.1.1.4'),
    short(0x0028_0002, format.samplesPerPixel),
    text(0x0028_0004, 'CS', format.photometricInterpretation),
    text(0x0028_0008, 'IS', String(frames)),
    short(0x0028_0010, format.rows),
    short(0x0028_0011, format.columns),
    short(0x0028_0100, format.bitsAllocated),
    short(0x0028_0101, format.bitsStored),
    short(0x0028_0102, format.highBit),
    short(0x0028_0103, format.signed ? 1 : 0),
    element(0x7fe0_0010, 'OW', pixelBytes(format, values)),
  ];
  return Buffer.concat([Buffer.alloc(128), Buffer.from('DICM'), length, meta, ...dataSet]);
}

function pixelBytes({ bitsAllocated }: PixelFormat, values: readonly number[]): Buffer {
  const width = bitsAllocated / 8;
  const bytes = Buffer.alloc(2 * Math.ceil((values.length * width) / 2));
  for (const [n, value] of values.entries())
    bytes.writeUIntLE(value < 0 ? value + 2 ** bitsAllocated : value, n * width, width);
  return bytes;
}

function element(tag: number, vr: string, value: Buffer): Buffer {
  const hasLongLength = vr === 'OW';
  const header = Buffer.alloc(hasLongLength ? 12 : 8);
  header.writeUInt16LE(tag >>> 16, 0);
  header.writeUInt16LE(tag & 0xff_ff, 2);
  header.write(vr, 4, 'latin1');
  if (hasLongLength) header.writeUInt32LE(value.length, 8);
  else header.writeUInt16LE(value.length, 6);
  return Buffer.concat([header, value]);
}
