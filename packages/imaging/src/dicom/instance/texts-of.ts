import { type DataSet, textsOf, wordsOf } from '@hepastage/dicom';

/** What an object's free texts say, in words of our vocabulary. */
export interface Texts {
  /** Of its maker; empty where it is not one that we know. */
  readonly manufacturer: string;
  /** Of Body Part Examined, joined with spaces. */
  readonly bodyPart: string;
  /** Of the series. */
  readonly words: string[];
}

/**
 * Reads the texts. Those of a whole examination (Study Description and, of GE, Protocol Name) say what all of its series have in common at best, so of
 * them only the body part counts, and only where the series itself names none.
 */
export function textsOfObject(dataSet: DataSet): Texts {
  const [manufacturer = ''] = wordsOf(textsOf(dataSet, 'Manufacturer'), ['vendor']);
  const bodyPart = wordsOf(textsOf(dataSet, 'BodyPartExamined'), ['anatomy']);
  const protocol = textsOf(dataSet, 'ProtocolName');
  const isOfExamination = manufacturer === 'GE';
  const own = [
    ...textsOf(dataSet, 'SeriesDescription'),
    ...(isOfExamination ? [] : protocol),
    ...textsOf(dataSet, 'SequenceName'),
    ...textsOf(dataSet, 'PulseSequenceName'),
  ];
  const examination = [...(isOfExamination ? protocol : []), ...textsOf(dataSet, 'StudyDescription')];
  const namesBodyPart = bodyPart.length > 0 || wordsOf(own, ['anatomy']).length > 0;
  return {
    manufacturer,
    bodyPart: bodyPart.join(' '),
    words: [...wordsOf(own), ...(namesBodyPart ? [] : wordsOf(examination, ['anatomy']))],
  };
}
