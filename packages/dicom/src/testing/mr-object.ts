import type { BuiltElement } from './dicom-builder.ts';

/** Values that identify somebody, which no kept byte may have. None occurs elsewhere. */
export const identifying = {
  name: 'Xyloquist^Perpetua',
  id: 'QZX-4471093',
  institution: 'Klinik Zum Veilchenmond',
  date: '19370823',
  serial: 'SN88412076',
  description: 'Xyloquist T1 VIBE axial fs post',
} as const;

export const mrObjectUids = {
  study: '1.3.6.1.4.1.99999.1',
  series: '1.3.6.1.4.1.99999.1.2',
  frameOfReference: '1.3.6.1.4.1.99999.1.3',
} as const;

const edge = 8;

/** A small sound MR image of the `number`-th slice, full of what identifies; `changes` replaces elements by tag, or takes them away. */
export function mrObject(
  number = 1,
  changes: Readonly<Record<number, BuiltElement | undefined>> = {},
): BuiltElement[] {
  const elements = new Map(sound(number).map((element) => [element.tag, element]));
  for (const [key, change] of Object.entries(changes)) {
    if (change === undefined) elements.delete(Number(key));
    else elements.set(Number(key), change);
  }
  return [...elements.values()].toSorted((a, b) => a.tag - b.tag);
}

/** A text element. */
export function text(tag: number, vr: string, value: string): BuiltElement {
  return { tag, vr, value };
}

function us(tag: number, value: number): BuiltElement {
  return { tag, vr: 'US', value: [value] };
}

function sound(number: number): BuiltElement[] {
  const pixels = Uint16Array.from({ length: edge * edge }, (_, n) => (37 * n + 11 * number) % 900);
  return [
    text(0x0008_0008, 'CS', 'ORIGINAL\\PRIMARY\\M\\ND'),
    text(0x0008_0012, 'DA', identifying.date),
    text(0x0008_0016, 'UI', '1.2.840.10008.5.1.4.1.1.4'),
    text(0x0008_0018, 'UI', `${mrObjectUids.series}.${number}`),
    text(0x0008_0060, 'CS', 'MR'),
    text(0x0008_0070, 'LO', 'SIEMENS'),
    text(0x0008_0080, 'LO', identifying.institution),
    text(0x0008_103e, 'LO', identifying.description),
    text(0x0010_0010, 'PN', identifying.name),
    text(0x0010_0020, 'LO', identifying.id),
    text(0x0018_0020, 'CS', 'GR'),
    text(0x0018_0080, 'DS', '4.2'),
    text(0x0018_0081, 'DS', '1.9'),
    text(0x0018_1000, 'LO', identifying.serial),
    text(0x0018_1314, 'DS', '10'),
    text(0x0020_000d, 'UI', mrObjectUids.study),
    text(0x0020_000e, 'UI', mrObjectUids.series),
    text(0x0020_0011, 'IS', '4'),
    text(0x0020_0013, 'IS', String(number)),
    text(0x0020_0032, 'DS', `-12.5\\7.25\\${3 * number}`),
    text(0x0020_0037, 'DS', '1\\0\\0\\0\\1\\0'),
    text(0x0020_0052, 'UI', mrObjectUids.frameOfReference),
    us(0x0028_0002, 1),
    text(0x0028_0004, 'CS', 'MONOCHROME2'),
    us(0x0028_0010, edge),
    us(0x0028_0011, edge),
    text(0x0028_0030, 'DS', '1.5\\1.5'),
    us(0x0028_0100, 16),
    us(0x0028_0101, 12),
    us(0x0028_0102, 11),
    us(0x0028_0103, 0),
    { tag: 0x7fe0_0010, vr: 'OW', value: [...pixels] },
  ];
}
