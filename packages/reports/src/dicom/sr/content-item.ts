import type { Code } from '../../coding/code.ts';
import { noUnits } from '../../coding/standard-codes.ts';
import type { SourceImage } from '../../report-input.ts';
import { codeItem } from '../code-item.ts';
import { imageReference } from '../image-reference.ts';
import type { Item } from '../item.ts';
import { decimalString, plainText } from '../value-text.ts';

/** How a content item relates to the container that it is in (PS3.3, table C.17.3-8). */
export type Relationship = 'CONTAINS' | 'HAS CONCEPT MOD' | 'HAS OBS CONTEXT';

/** A container whose root is a template of PS3.16. */
export function container(name: Code, template: string | undefined, children: readonly Item[]): Item {
  return {
    ValueType: 'CONTAINER',
    ConceptNameCodeSequence: [codeItem(name)],
    ContinuityOfContent: 'SEPARATE',
    ...(template === undefined
      ? {}
      : { ContentTemplateSequence: [{ MappingResource: 'DCMR', TemplateIdentifier: template }] }),
    ContentSequence: children,
  };
}

/** The container as a child of another. */
export function contained(item: Item): Item {
  return { RelationshipType: 'CONTAINS', ...item };
}

export function codeContent(relationship: Relationship, name: Code, value: Code): Item {
  return { ...head(relationship, 'CODE', name), ConceptCodeSequence: [codeItem(value)] };
}

export function textContent(relationship: Relationship, name: Code, text: string): Item {
  return { ...head(relationship, 'TEXT', name), TextValue: plainText(text) };
}

export function uidContent(relationship: Relationship, name: Code, uid: string): Item {
  return { ...head(relationship, 'UIDREF', name), UID: uid };
}

/** A number without unit: as a decimal string, and exactly. */
export function numberContent(name: Code, value: number): Item {
  return {
    ...head('CONTAINS', 'NUM', name),
    MeasuredValueSequence: [
      {
        NumericValue: decimalString(value),
        FloatingPointValue: value,
        MeasurementUnitsCodeSequence: [codeItem(noUnits)],
      },
    ],
  };
}

export function imageContent(name: Code, frames: readonly [SourceImage, ...SourceImage[]]): Item {
  return { ...head('CONTAINS', 'IMAGE', name), ReferencedSOPSequence: [imageReference(frames)] };
}

function head(relationship: Relationship, valueType: string, name: Code): Item {
  return {
    RelationshipType: relationship,
    ValueType: valueType,
    ConceptNameCodeSequence: [codeItem(name)],
  };
}
