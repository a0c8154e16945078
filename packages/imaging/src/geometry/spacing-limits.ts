/** Plausible voxel spacing of a body MRI, mm. */
export const spacingMmMin = 0.05;
export const spacingMmMax = 50;
