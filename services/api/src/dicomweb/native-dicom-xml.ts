import { attributesOf, type DataSet } from './data-set.ts';

const namespace = 'http://dicom.nema.org/PS3.19/models/NativeDICOM';

/** The Native DICOM Model of a data set (PS3.19 A.1), as XML. */
export function nativeDicomXml(dataSet: DataSet): string {
  const attributes = xmlOf(dataSet);
  return `<?xml version="1.0" encoding="UTF-8"?>\n<NativeDicomModel xmlns="${namespace}" xml:space="preserve">${attributes}</NativeDicomModel>\n`;
}

function xmlOf(dataSet: DataSet): string {
  return attributesOf(dataSet)
    .map(({ keyword, tag, attribute }) => {
      const { vr } = attribute;
      const content = attribute.vr === 'SQ' ? items(attribute.value) : valueOf(attribute.value);
      return `<DicomAttribute tag="${tag}" vr="${vr}" keyword="${keyword}">${content}</DicomAttribute>`;
    })
    .join('');
}

function items(dataSets: readonly DataSet[]): string {
  return dataSets.map((item, n) => `<Item number="${n + 1}">${xmlOf(item)}</Item>`).join('');
}

function valueOf(value: string | number | undefined): string {
  return value === undefined ? '' : `<Value number="1">${escape(String(value))}</Value>`;
}

function escape(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}
