import type { Stack } from '@hepastage/imaging';
import { compareText } from './order.ts';
import { ownFactsOf, type OwnFacts } from './facts.ts';
import type { SeriesFacts } from './series-facts.ts';

/** Fewer equal acquisitions are no dynamic study: two are before and after, or a repetition. */
const runLengthMin = 3;

interface Member {
  readonly stack: Stack;
  readonly own: OwnFacts;
}

/** The facts of every series of a study, in the order given. What a series is, its neighbours tell: echoes, planes and time points come in sets. */
export function factsOf(stacks: readonly Stack[]): SeriesFacts[] {
  const members = stacks.map((stack) => ({ stack, own: ownFactsOf(stack) }));
  const echoTimes = ofGroups(members, echoKey, (group) =>
    distinct(group.map(({ own }) => own.echoTimeMs?.toFixed(2))),
  );
  const planes = ofGroups(members, seriesKey, (group) => distinct(group.map(({ own }) => own.plane)));
  // Equal parts of one series are time points, numbered or not.
  const timePoints = ofGroups(
    members,
    (member) => `${seriesKey(member)} ${runKey(member)}`,
    ({ length }) => length,
  );
  const places = placesInRuns(members);

  return members.map((member) => ({
    ...member.own,
    echoTimes: echoTimes.get(member) ?? 1,
    planesOfSeries: planes.get(member) ?? 1,
    timePointsOfSeries: timePoints.get(member) ?? 1,
    placeInRun: places.get(member),
  }));
}

/** A number of each group, for each of its members. */
function ofGroups(
  members: readonly Member[],
  keyOf: (member: Member) => string,
  count: (group: readonly Member[]) => number,
): ReadonlyMap<Member, number> {
  const groups = [...Map.groupBy(members, keyOf).values()];
  return new Map(
    groups.flatMap((group) => {
      const number = count(group);
      return group.map((member) => [member, number] as const);
    }),
  );
}

function seriesKey({ stack }: Member): string {
  return stack.series.seriesInstanceUid;
}

/** What the echoes of one acquisition have in common. Fat and water images are computed from echoes, and are none. */
function echoKey({ stack, own }: Member): string {
  const { rows, columns } = stack.series.images[0]?.instance.pixels ?? {};
  const { family, repetitionTimeMs, flipAngleDegrees, plane, imageType, contrastAgent } = own;
  if (family !== 'gradient echo' || repetitionTimeMs === undefined || imageType.has('DERIVED'))
    return alone(stack);
  const computed = ['WATER', 'W', 'FAT', 'F'].find((term) => imageType.has(term));
  return [
    repetitionTimeMs.toFixed(1),
    flipAngleDegrees,
    plane,
    rows,
    columns,
    own.slices,
    contrastAgent,
    own.component,
    computed,
  ].join(' ');
}

/** The key of what is like nothing else. */
function alone({ series }: Stack): string {
  return `${series.seriesInstanceUid} ${series.part}`;
}

/** Where each member stands among the acquisitions that equal it in all but the contrast agent. */
function placesInRuns(members: readonly Member[]): ReadonlyMap<Member, number> {
  const places = new Map<Member, number>();
  for (const run of Map.groupBy(members, runKey).values()) {
    if (run.length < runLengthMin) continue;
    for (const [index, member] of run.toSorted(inTime).entries())
      places.set(member, index / (run.length - 1));
  }
  return places;
}

function runKey({ stack, own }: Member): string {
  if (own.family !== 'gradient echo' || own.repetitionTimeMs === undefined) return alone(stack);
  const { rows, columns } = stack.series.images[0]?.instance.pixels ?? {};
  return [
    own.family,
    own.repetitionTimeMs?.toFixed(1),
    own.echoTimeMs?.toFixed(2),
    own.flipAngleDegrees,
    own.plane,
    rows,
    columns,
    own.slices,
    own.component,
    ...[...own.imageType].toSorted(),
  ].join(' ');
}

/** Series are numbered as they are acquired; within one, time points are. */
function inTime(a: Member, b: Member): number {
  return (
    a.stack.series.seriesNumber - b.stack.series.seriesNumber ||
    firstTimePoint(a) - firstTimePoint(b) ||
    compareText(a.stack.series.seriesInstanceUid, b.stack.series.seriesInstanceUid) ||
    a.stack.series.part - b.stack.series.part
  );
}

function firstTimePoint({ stack }: Member): number {
  return stack.series.images.reduce(
    (first, { frame }) => Math.min(first, frame.temporalPosition ?? first),
    Number.MAX_SAFE_INTEGER,
  );
}

function distinct(values: readonly unknown[]): number {
  return new Set(values.filter((value) => value !== undefined)).size;
}
