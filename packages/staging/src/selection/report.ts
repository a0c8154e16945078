import { create } from '@bufbuild/protobuf';
import {
  Sequence,
  type SeriesPhysics,
  SeriesPhysicsSchema,
  type SeriesReport,
  SeriesReport_Role,
  SeriesReportSchema,
} from '@hepastage/proto';
import { findingMessage } from '../finding-message.ts';
import { geometryMessage } from '../geometry-message.ts';
import type { Assessment } from './evaluate.ts';
import type { SeriesFacts } from './series-facts.ts';
import type { Verdict } from './verdict.ts';

/** What the result says of a series. */
export function reportOf(
  { stack, facts }: Assessment,
  { role, rule, reason, doubts }: Verdict,
): SeriesReport {
  const { series, geometry, findings } = stack;
  const sequence = role === 'PASSED_OVER' ? Sequence.SEQUENCE_UNSPECIFIED : Sequence[role];
  return create(SeriesReportSchema, {
    seriesInstanceUid: series.seriesInstanceUid,
    seriesNumber: series.seriesNumber,
    part: series.part,
    partName: series.partName,
    words: [...series.words],
    instances: new Set(series.images.map(({ instance }) => instance)).size,
    frames: series.images.length,
    role: SeriesReport_Role[role],
    rule,
    reason,
    physics: physicsOf(facts),
    ...(geometry === undefined ? {} : { geometry: geometryMessage(geometry) }),
    findings: [...findings, ...doubts].map((finding) => findingMessage(finding, sequence)),
  });
}

function physicsOf(facts: SeriesFacts): SeriesPhysics {
  const numbers = {
    repetitionTimeMs: facts.repetitionTimeMs,
    echoTimeMs: facts.echoTimeMs,
    inversionTimeMs: facts.inversionTimeMs,
    flipAngleDegrees: facts.flipAngleDegrees,
    bValue: facts.bValue,
    echoTrainLength: facts.echoTrainLength,
    fatSuppressed: facts.fatSuppressed,
  };
  const stated = Object.fromEntries(Object.entries(numbers).filter(([, value]) => value !== undefined));
  return create(SeriesPhysicsSchema, {
    ...stated,
    scanningSequence: [...facts.scanningSequence],
    sequenceVariant: [...facts.sequenceVariant],
    scanOptions: [...facts.scanOptions],
    contrastAgent: facts.contrastAgent,
    imageType: [...facts.imageType],
    component: facts.component,
  });
}
