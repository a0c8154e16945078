"""Decoding and preprocessing as a sensible SciPy user would write it for an axial volume, timed.

Every line of standard input is one run; every run prints its milliseconds. Imports and start-up are not counted.
"""

import json
import math
import pathlib
import sys
import time

import numpy as np
from scipy.ndimage import map_coordinates

sys.path.insert(0, str(pathlib.Path(__file__).parents[1] / "tests" / "imaging"))
from reference import load, native_planes, slice_planes, statistics


def stack_of(path, how):
    """The stack `[S,3,H,W]` of a file, without a mask."""
    values, affine = load(path)
    (lower, upper, mean, std), body = statistics(values, affine, how)
    low, high = np.percentile(body, [1, 99], axis=0)
    axis, heights, step = native_planes(values.shape, affine)
    assert axis == 2 and affine[2, 2] > 0, "written for axial volumes"
    stride = max(1, math.floor(how["minSliceSpacingMm"] / step + 0.5))
    slices = slice_planes(heights, low[2], high[2], stride, how["slices"])

    # Voxel coordinates of all samples of a plane: the same for every plane.
    height, width, spacing = how["height"], how["width"], how["spacingMm"]
    side = min(8, max(1, math.ceil(spacing / np.linalg.norm(affine[:3, :2], axis=0).min() - 1e-3)))
    x = (low[0] + high[0]) / 2 + (width / 2 - (np.arange(width * side) + 0.5) / side) * spacing
    y = (low[1] + high[1]) / 2 + (height / 2 - (np.arange(height * side) + 0.5) / side) * spacing
    i, j = (x - affine[0, 3]) / affine[0, 0], (y - affine[1, 3]) / affine[1, 1]
    coordinates = np.meshgrid(i, j, indexing="ij")
    outside = np.add.outer((i < -0.5) | (i > values.shape[0] - 0.5), (j < -0.5) | (j > values.shape[1] - 0.5))

    def plane(index):
        samples = map_coordinates(values[:, :, index], coordinates, order=1, mode="nearest")
        samples[outside] = lower
        pixels = samples.reshape(width, side, height, side).mean(axis=(1, 3)).T
        return ((np.clip(pixels, lower, upper) - mean) / std).astype(np.float32)

    near = [[min(max(s + d, 0), len(heights) - 1) for d in (-stride, 0, stride)] for s in slices]
    planes = {index: plane(index) for index in {index for triple in near for index in triple}}
    return np.stack([[planes[index] for index in triple] for triple in near])


if __name__ == "__main__":
    image, how = sys.argv[1], json.loads(sys.argv[2])
    for _ in sys.stdin:
        begun = time.perf_counter()
        stack_of(image, how)
        print(1000 * (time.perf_counter() - begun), flush=True)
