/**
 * The triangles of marching cubes (Lorensen and Cline 1987), one word for each of the 128 cubes whose last corner is empty; corners and edges are numbered as below. Three
 * digits name the edges (hexadecimal) whose midpoints are a triangle's corners, counter-clockwise as seen from outside the organ; `-`: none. The other 128 cubes are the
 * complements of these, turned inside out. Where the corners of a face alternate, the marked ones are cut off from each other; loops of five and more edges are cut into
 * triangles as PyRadiomics 3.1 has them, because another cut has another area.
 */
const words =
  '- 038 091 138189 1a2 0381a2 09229a 23828a89a 2b3 02b0b8 0912b3 12b1b989b 1a33ab 01a0a88ab 09339b9ab ' +
  '89a8ab 487 034374 091487 137149174 1a2487 0341a2374 09229a487 23727929a497 2b3487 0242b44b7 ' +
  '0912b3487 1292b949b4b7 1a33ab487 0141ab1b44b7 09339b4879ab 49b4b79ab 459 038459 045051 135385458 ' +
  '1a2459 0381a2459 04224525a 23525a345384 2b3459 02b0b8459 0450512b3 1252852b8458 1a33ab459 ' +
  '01a0a84598ab 04505b0b35ab 4585a88ab 597798 039359375 071087175 137175 1a2597798 0391a2359375 ' +
  '08225a285587 23525a375 2b3597798 0292792b7597 0811751872b3 12b1751b7 1a33ab597798 01a0590750ab0b7 ' +
  '05a0750870ab0b3 5ab5b7 56a 03856a 09156a 13818956a 156162 038156162 062096569 238256285589 2b356a ' +
  '02b0b856a 0912b356a 12b1b956a89b 15335636b 01505b0b856b 05606309536b 5696b989b 48756a 03437456a ' +
  '09148756a 13714917456a 156162487 034156162374 062096487569 239296379497569 2b348756a 0242b44b756a ' +
  '0912b348756a 1292b949b4b756a 15335636b487 01b0b415b4b756b 05606309536b487 4975696b979b 46a4a9 ' +
  '03846a4a9 04606a0a1 13816a186468 142194246 038142194246 042246 238246284 2b346a4a9 02b0b846a4a9 ' +
  '04606a0a12b3 12b14616a1841b8 19336b396469 01814616b1941b8 04606336b 4686b8 6a77a88a9 03707a0a96a7 ' +
  '08117a1876a7 13717a6a7 162186198687 039192296379697 062076087 237276 2b36a77a88a9 0270792b76a77a9 ' +
  '08117a1872b36a7 12b16a1761b7 16319636b687698 0196b7 06b0760870b3 6b7';

/** Corners of a cube along i, j, k: bit n of a cube's configuration is set where corner n is marked. */
export const cubeCorners = [
  [0, 0, 0],
  [1, 0, 0],
  [1, 1, 0],
  [0, 1, 0],
  [0, 0, 1],
  [1, 0, 1],
  [1, 1, 1],
  [0, 1, 1],
] as const;

/** The two corners that each edge joins. */
export const cubeEdges = [
  [0, 1],
  [1, 2],
  [2, 3],
  [3, 0],
  [4, 5],
  [5, 6],
  [6, 7],
  [7, 4],
  [0, 4],
  [1, 5],
  [2, 6],
  [3, 7],
] as const;

export type EdgeTriple = readonly [number, number, number];

/** Triangles of the configurations 0 to 127, as triples of edges. */
export const triangleTable: readonly (readonly EdgeTriple[])[] = words
  .split(' ')
  .map((word) => (word.match(/\w{3}/g) ?? []).map(edgesOf));

function edgesOf(digits: string): EdgeTriple {
  return digits.split('').map((digit) => Number.parseInt(digit, 16)) as unknown as EdgeTriple;
}
