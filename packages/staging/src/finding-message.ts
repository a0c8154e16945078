import { create } from '@bufbuild/protobuf';
import type { ImageFinding } from '@hepastage/imaging';
import { type Finding, Finding_Severity, FindingSchema, type Sequence } from '@hepastage/proto';

/** A finding as results and reports carry it. */
export function findingMessage(
  { code, severity, message, value }: ImageFinding,
  sequence: Sequence,
): Finding {
  return create(FindingSchema, {
    code,
    severity: Finding_Severity[severity],
    sequence,
    message,
    ...(value === undefined ? {} : { value }),
  });
}
