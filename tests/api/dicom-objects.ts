import { type BuiltElement, buildDicom } from '../../packages/dicom/src/testing/dicom-builder.ts';
import { mrObject, mrObjectUids, text } from '../../packages/dicom/src/testing/mr-object.ts';

export const studyUid = mrObjectUids.study;
const mrImageStorage = '1.2.840.10008.5.1.4.1.1.4';

/** SOPInstanceUID of the `number`-th slice. */
export const sopUid = (number: number): string => `${mrObjectUids.series}.${number}`;

/** The `number`-th slice as a file, with the meta header that every file should have. */
export function slice(
  number = 1,
  changes: Readonly<Record<number, BuiltElement | undefined>> = {},
  transferSyntax = '1.2.840.10008.1.2.1',
): Buffer {
  const elements = mrObject(number, changes);
  const valueOf = (tag: number, other: string) => {
    const value = elements.find((element) => element.tag === tag)?.value;
    return typeof value === 'string' ? value : other;
  };
  const meta = buildDicom(
    [
      text(0x0002_0002, 'UI', valueOf(0x0008_0016, mrImageStorage)),
      text(0x0002_0003, 'UI', valueOf(0x0008_0018, sopUid(number))),
      text(0x0002_0010, 'UI', transferSyntax),
    ],
    { meta: 'none' },
  );
  const dataSet = buildDicom(elements, { meta: 'none' });
  return Buffer.concat([Buffer.alloc(128), Buffer.from('DICM'), meta, dataSet]);
}

/** A slice of another study. */
export function sliceOf(study: string, number = 1): Buffer {
  return slice(number, { 0x0020_000d: text(0x0020_000d, 'UI', study) });
}
