import { type Attribute, attributesOf, type DataSet } from './data-set.ts';

/** The DICOM JSON Model of a data set (PS3.18 F.2). */
export function dicomJson(dataSet: DataSet): Record<string, unknown> {
  return Object.fromEntries(attributesOf(dataSet).map(({ tag, attribute }) => [tag, jsonOf(attribute)]));
}

function jsonOf(attribute: Attribute): unknown {
  const { vr } = attribute;
  if (attribute.vr === 'SQ') return { vr, Value: attribute.value.map(dicomJson) };
  return attribute.value === undefined ? { vr } : { vr, Value: [attribute.value] };
}
