/** A DICOM attribute of an answer. No value: it is present and empty (type 2). */
export type Attribute =
  | { readonly vr: 'UI' | 'UR'; readonly value?: string }
  | { readonly vr: 'US'; readonly value: number }
  | { readonly vr: 'SQ'; readonly value: readonly DataSet[] };

/** Attributes by keyword, in ascending order of their tags. */
export type DataSet = Readonly<Partial<Record<Keyword, Attribute>>>;

/** Everything that an answer to a Store transaction may hold (PS3.18 I.1), in ascending order. */
export const tags = {
  ReferencedSOPClassUID: '00081150',
  ReferencedSOPInstanceUID: '00081155',
  RetrieveURL: '00081190',
  WarningReason: '00081196',
  FailureReason: '00081197',
  FailedSOPSequence: '00081198',
  ReferencedSOPSequence: '00081199',
  OtherFailuresSequence: '0008119A',
} as const;

export type Keyword = keyof typeof tags;

export interface TaggedAttribute {
  readonly keyword: Keyword;
  readonly tag: string;
  readonly attribute: Attribute;
}

/** The attributes that are there, in the order of their tags, which both encodings demand. */
export function attributesOf(dataSet: DataSet): TaggedAttribute[] {
  return (Object.keys(tags) as Keyword[]).flatMap((keyword) => {
    const attribute = dataSet[keyword];
    return attribute === undefined ? [] : [{ keyword, tag: tags[keyword], attribute }];
  });
}
