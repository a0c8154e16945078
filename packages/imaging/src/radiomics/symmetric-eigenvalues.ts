import type { Triple } from '../volume.ts';

/** A symmetric 3×3 matrix: its diagonal, and the entries (0,1), (0,2), (1,2). */
export interface SymmetricMatrix {
  readonly diagonal: Triple;
  readonly others: Triple;
}

/** Its eigenvalues, the largest first: the roots of the characteristic polynomial in trigonometric form (Smith, Communications of the ACM 4, 1961). */
export function symmetricEigenvalues({ diagonal: [a, b, c], others: [d, e, f] }: SymmetricMatrix): Triple {
  const mean = (a + b + c) / 3;
  const [p, q, r] = [a - mean, b - mean, c - mean];
  const scale = Math.sqrt((p * p + q * q + r * r + 2 * (d * d + e * e + f * f)) / 6);
  if (scale === 0) return [mean, mean, mean];
  const determinant = p * (q * r - f * f) - d * (d * r - f * e) + e * (d * f - q * e);
  // Rounding may take it a hair beyond 1, where the angle would be NaN.
  const angle = Math.acos(Math.min(1, Math.max(-1, determinant / (2 * scale ** 3)))) / 3;
  const largest = mean + 2 * scale * Math.cos(angle);
  const smallest = mean + 2 * scale * Math.cos(angle + (2 * Math.PI) / 3);
  return [largest, 3 * mean - largest - smallest, smallest];
}
