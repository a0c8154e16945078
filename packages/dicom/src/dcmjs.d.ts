/** What we use of dcmjs, which comes without types. */
declare module 'dcmjs' {
  /** An element of the DICOM JSON model; tags are eight hexadecimal digits, upper case. */
  export interface DicomElement {
    readonly vr: string;
    readonly Value: readonly unknown[];
  }

  export type DicomElements = Record<string, DicomElement>;

  class DicomDict {
    /** `meta`: the elements of group 0002. */
    constructor(meta: DicomElements);
    dict: DicomElements;
    /** The object as a DICOM Part 10 file. */
    write(): ArrayBuffer;
  }

  export const data: { readonly DicomDict: typeof DicomDict };
}
