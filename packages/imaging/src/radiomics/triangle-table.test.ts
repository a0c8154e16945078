import assert from 'node:assert/strict';
import { test } from 'node:test';
import { cubeCorners, cubeEdges, triangleTable } from './triangle-table.ts';

/** The corners of each face of the cube, in order around it. */
const faces = [0, 1, 2].flatMap((axis) => [0, 1].map((side) => around(axis, side)));

function around(axis: number, side: number): number[] {
  const of = cubeCorners.flatMap((corner, n) => (corner[axis] === side ? [n] : []));
  const [first, ...others] = of as [number, number, number, number];
  const opposite = others.find((corner) => edgeBetween(first, corner) === -1)!;
  const [one, other] = others.filter((corner) => corner !== opposite) as [number, number];
  return [first, one, opposite, other];
}

function edgeBetween(a: number, b: number): number {
  return cubeEdges.findIndex(
    (edge) => (edge as readonly number[]).includes(a) && (edge as readonly number[]).includes(b),
  );
}

/** The lines that the surface leaves on the cube's faces: each parts marked corners from empty ones; where they alternate, it cuts off a marked one. */
function linesOnFaces(configuration: number): Set<string> {
  const lines = new Set<string>();
  for (const face of faces) {
    const marked = face.map((corner) => ((configuration >> corner) & 1) === 1);
    const crossed = face.map((corner, n) =>
      marked[n] === marked[(n + 1) % 4] ? -1 : edgeBetween(corner, face[(n + 1) % 4]!),
    );
    const edges = crossed.filter((edge) => edge >= 0);
    if (edges.length === 2) lines.add(line(edges[0]!, edges[1]!));
    if (edges.length === 4) {
      for (const n of [0, 1, 2, 3]) if (marked[n]) lines.add(line(crossed[n]!, crossed[(n + 3) % 4]!));
    }
  }
  return lines;
}

function line(a: number, b: number): string {
  return [a, b].toSorted((one, other) => one - other).join('-');
}

test('the surface ends on the faces of the cube, where the rule of cut-off corners says', () => {
  assert.equal(triangleTable.length, 128);
  for (const [configuration, triangles] of triangleTable.entries()) {
    const directed = triangles.flatMap(([a, b, c]) => [[a, b] as const, [b, c] as const, [c, a] as const]);
    const has = ([from, to]: readonly [number, number]) =>
      directed.some((side) => side[0] === from && side[1] === to);
    // A side within the cube is shared by two triangles, which run along it in opposite directions.
    const ends = directed.filter(([from, to]) => !has([to, from]));
    assert.deepEqual(
      new Set(ends.map(([from, to]) => line(from, to))),
      linesOnFaces(configuration),
      `${configuration}`,
    );
  }
});
