import { seededRandom } from '../../packages/imaging/src/testing/random.ts';

/** An ellipsoid of noise from which noise has eaten four voxels in ten: whatever a surface can look like between eight voxels, it does somewhere. */
export function raggedSolid([ni, nj, nk]: readonly [number, number, number]) {
  const random = seededRandom(20_250_218);
  const values: number[] = [];
  const labels: number[] = [];
  for (let k = 0; k < nk; k++) {
    for (let j = 0; j < nj; j++) {
      for (let i = 0; i < ni; i++) {
        const radius = Math.hypot((2 * i + 1) / ni - 1, (2 * j + 1) / nj - 1, (2 * k + 1) / nk - 1);
        values.push(Math.floor(400 * random()) - 100);
        labels.push(Number(radius < 0.95 && random() > 0.4));
      }
    }
  }
  return { values, labels };
}
