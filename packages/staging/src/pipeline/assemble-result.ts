import { create } from '@bufbuild/protobuf';
import type { Timestamp } from '@bufbuild/protobuf/wkt';
import {
  enumName,
  type Sequence,
  type SequenceOpinion,
  SequenceOpinionSchema,
  type StagingResult,
  StagingResultSchema,
  type StepTiming,
  StudyInput_RoleSchema,
  type StudyRequest,
  type Warning,
} from '@hepastage/proto';
import { findingMessage } from '../finding-message.ts';
import { geometryMessage } from '../geometry-message.ts';
import type { PreparedVolume } from '../imaging/imaging-protocol.ts';
import { modelWarnings } from '../model/model-warnings.ts';
import { distributionFindings } from './distribution-findings.ts';
import { filesOf, type SequenceEvidence } from './explain-stage.ts';
import type { BySequence, PipelineContext } from './pipeline-context.ts';
import { preprocessingOf } from './prepare-volumes.ts';
import type { LoneOpinion, StudyOpinion } from './stage-tokens.ts';
import type { SecondOpinions } from './second-opinions.ts';
import type { SelectedInputs } from './select-inputs.ts';
import { providerWarnings, skippedWarnings, stageSetWarnings } from './warnings.ts';

export interface Findings {
  readonly createdAt: Timestamp;
  readonly selected: SelectedInputs;
  readonly volumes: BySequence<PreparedVolume>;
  readonly opinion: StudyOpinion;
  readonly others: SecondOpinions;
  readonly evidence: BySequence<SequenceEvidence>;
  readonly timings: readonly StepTiming[];
}

/** Everything that was found out, as the message that goes out. */
export function assembleResult(
  request: StudyRequest,
  { createdAt, selected, volumes, opinion, others, evidence, timings }: Findings,
  { model, software }: Pick<PipelineContext, 'model' | 'software'>,
): StagingResult {
  const { manifest } = model;
  const { stageSet } = opinion;
  const warnings: Warning[] = [
    ...modelWarnings(manifest),
    ...stageSetWarnings(stageSet),
    ...providerWarnings(model.provider),
    ...skippedWarnings(selected.skipped),
    ...others.warnings,
  ];
  const label = (stage: number) => manifest.stages[stage] ?? '';
  const labelled = (probabilities: readonly number[]) =>
    probabilities.map((probability, stage) => ({ stage: label(stage), probability }));

  return create(StagingResultSchema, {
    jobId: request.jobId,
    createdAt,
    stage: label(opinion.stage),
    probabilities: labelled(opinion.probabilities),
    stageSet: manifest.stages.slice(stageSet.first, stageSet.last + 1),
    stageSetLevel: stageSet.level,
    perSequence: [...opinion.bySequence].map(([sequence, lone]) =>
      sequenceOpinion(sequence, lone, volumes.get(sequence), evidence.get(sequence)),
    ),
    ...disagreement(opinion),
    quality: [...volumes].flatMap(([sequence, { findings }]) =>
      [
        ...findings,
        ...distributionFindings(opinion.bySequence.get(sequence)),
        ...evidenceFindings(evidence.get(sequence)),
      ].map((finding) => findingMessage(finding, sequence)),
    ),
    opinions: [...others.opinions],
    warnings,
    model: {
      name: manifest.name,
      version: manifest.version,
      sha256: model.sha256,
      trainedOn: manifest.provenance?.trainedOn ?? '',
    },
    inputs: request.inputs.map(({ sequence, role, bytes, sha256 }) => ({
      sequence,
      role: enumName(StudyInput_RoleSchema, role),
      bytes,
      sha256,
    })),
    series: [...selected.series],
    artefacts: filesOf(evidence).map(({ artefact }) => artefact),
    execution: {
      executionProvider: model.provider.used,
      preferredExecutionProvider: model.provider.preferred,
      timings: [...timings],
      software,
    },
  });

  function sequenceOpinion(
    sequence: Sequence,
    lone: LoneOpinion,
    volume: PreparedVolume | undefined,
    found: SequenceEvidence | undefined,
  ): SequenceOpinion {
    if (volume === undefined) throw new RangeError('an opinion without its volume');
    const { stack, geometry } = volume;
    return create(SequenceOpinionSchema, {
      sequence,
      stage: label(lone.stage),
      probabilities: labelled(lone.probabilities),
      attention: lone.attention,
      slices: stack.grid.zMm.map((zMm, slice) => ({ zMm, attention: lone.sliceAttention[slice] ?? 0 })),
      preprocessing: preprocessingOf(model, sequence),
      geometry: geometryMessage(geometry),
      region: stack.region,
      ...(found?.heatInLiver === undefined ? {} : { heatInLiver: found.heatInLiver }),
      ...(found?.liverInSlices === undefined ? {} : { liverInSlices: found.liverInSlices }),
      ...(lone.distance === undefined ? {} : { distance: lone.distance }),
      ...(lone.distanceUsualMax === undefined ? {} : { distanceUsualMax: lone.distanceUsualMax }),
    });
  }
}

/** A heatmap without heat must not look like a mistake. */
function evidenceFindings(evidence: SequenceEvidence | undefined): PreparedVolume['findings'] {
  if (evidence === undefined || evidence.speaksForStage) return [];
  const message =
    'Nothing in this sequence speaks for the stage more than for the others: its heatmap is empty.';
  return [{ code: 'NO_EVIDENCE_IN_SEQUENCE', severity: 'INFO', message }];
}

/** Total-variation distance of the two sequences' probabilities. */
function disagreement({ bySequence }: StudyOpinion): { disagreement?: number } {
  const [one, other] = [...bySequence.values()];
  if (one === undefined || other === undefined) return {};
  const distance = one.probabilities.reduce(
    (sum, value, stage) => sum + Math.abs(value - (other.probabilities[stage] ?? 0)) / 2,
    0,
  );
  return { disagreement: distance };
}
