"""An independent reference of decoding and preprocessing: nibabel, NumPy and SciPy.

Written from the definition in `packages/imaging/src/preprocess/preprocess.ts` alone; the rule numbers are its own.

Reads cases as JSON from standard input, `[{"image", "mask"?, "preprocessing"?, "out"}]`. Without `preprocessing` it
writes the voxel values to `out` (float64, i fastest), with it the stack `[S,3,H,W]` (float32). Prints what it found of
each case as one JSON list.
"""

import json
import math
import sys

import nibabel
import numpy as np
from scipy.ndimage import map_coordinates

MM_PER_UNIT = {1: 1000.0, 2: 1.0, 3: 0.001}


def load(path):
    """Voxel values (float64) and the affine, voxel indices → RAS mm."""
    image = nibabel.load(path)
    header = image.header
    if header["sform_code"] > 0:
        affine = header.get_sform()
    elif header["qform_code"] > 0:
        affine = header.get_qform()
    else:
        affine = np.diag([*header["pixdim"][1:4].astype(float), 1.0])
    affine = np.array(affine, dtype=float)
    affine[:3] *= MM_PER_UNIT.get(int(header["xyzt_units"]) & 7, 1.0)
    return image.get_fdata().reshape(image.shape[:3]), affine


def world(affine, indices):
    """Voxel indices `[N,3]` → RAS mm `[N,3]`."""
    return indices @ affine[:3, :3].T + affine[:3, 3]


def native_planes(shape, affine):
    """Rule 1: voxel axis, heights in ascending order, step."""
    directions = affine[:3, :3] / np.linalg.norm(affine[:3, :3], axis=0)
    axis = int(np.argmax(np.abs(directions[2])))
    centre = (np.array(shape) - 1) / 2
    indices = np.tile(centre, (shape[axis], 1))
    indices[:, axis] = np.arange(shape[axis])
    return axis, np.sort(world(affine, indices)[:, 2]), abs(affine[2, axis])


def statistics(values, affine, how):
    """Rule 2: the intensity scale, and where the body's voxels lie."""
    strides = [math.ceil(n / 64) for n in values.shape]
    towards = nibabel.aff2axcodes(affine)
    firsts = [0 if code in "LPS" else (n - 1) % q for code, n, q in zip(towards, values.shape, strides, strict=True)]
    grid = values[tuple(slice(first, None, q) for first, q in zip(firsts, strides, strict=True))]
    finite = np.isfinite(grid)
    is_body = finite & (grid > grid[finite].mean())
    body = grid[is_body]
    lower, upper = np.percentile(body, [how["lowerPercentile"], how["upperPercentile"]])
    clipped = np.clip(body, lower, upper)
    return (lower, upper, clipped.mean(), clipped.std()), world(affine, np.argwhere(is_body) * strides + firsts)


def slice_planes(heights, low, high, stride, slices_max):
    """Rule 4: indices of the slices' planes."""
    within = np.flatnonzero((heights >= low - 1e-3) & (heights <= high + 1e-3))
    if len(within) == 0:
        within = [int(np.argmin(np.abs(heights - (low + high) / 2)))]
    count = len(within)
    slices = min(slices_max, max(1, count // stride))
    return [int(within[0]) + (2 * n + 1) * count // (2 * slices) for n in range(slices)]


def sample(values, inverse, points, lower):
    """Rule 6: trilinear samples at world points `[N,3]`."""
    indices = world(inverse, points)
    last = np.array(values.shape) - 1
    outside = ((indices < -0.5 - 1e-6) | (indices > last + 0.5 + 1e-6)).any(axis=1)
    sampled = map_coordinates(values, np.clip(indices, 0, last).T, order=1, mode="nearest")
    sampled[outside] = lower
    return sampled


def preprocess(values, affine, mask, how):
    """The stack `[S,3,H,W]`, and the heights of its slices."""
    (lower, upper, mean, std), body = statistics(values, affine, how)
    axis, heights, step = native_planes(values.shape, affine)
    stride = max(1, math.floor(how["minSliceSpacingMm"] / step + 0.5))

    # Rule 3.
    if mask is None:
        low, high = np.percentile(body, [1, 99], axis=0)
    else:
        marked = world(affine, np.argwhere(mask > 0))
        low, high = marked.min(axis=0), marked.max(axis=0)
    slices = slice_planes(heights, low[2], high[2], stride, how["slices"])

    # Rule 5.
    height, width, spacing = how["height"], how["width"], how["spacingMm"]
    x = (low[0] + high[0]) / 2 + ((width - 1) / 2 - np.arange(width)) * spacing
    y = (low[1] + high[1]) / 2 + ((height - 1) / 2 - np.arange(height)) * spacing
    kept = np.ones((height, width), dtype=bool)
    if mask is not None:
        margin = how["liverMarginMm"] + 1e-3
        kept &= ((x >= low[0] - margin) & (x <= high[0] + margin))[None, :]
        kept &= ((y >= low[1] - margin) & (y <= high[1] + margin))[:, None]

    # Rule 6.
    in_plane = np.delete(np.linalg.norm(affine[:3, :3], axis=0), axis)
    side = min(8, max(1, math.ceil(spacing / in_plane.min() - 1e-3)))
    offsets = ((np.arange(side) + 0.5) / side - 0.5) * spacing
    filled = np.where(np.isfinite(values), values, lower)
    inverse = np.linalg.inv(affine)

    def plane(z):
        total = np.zeros((height, width))
        for dy in offsets:
            for dx in offsets:
                ys, xs = np.meshgrid(y - dy, x - dx, indexing="ij")
                points = np.stack([xs, ys, np.full_like(xs, z)], axis=-1).reshape(-1, 3)
                total += sample(filled, inverse, points, lower).reshape(height, width)
        pixels = (np.clip(total / side**2, lower, upper) - mean) / std
        return np.where(kept, pixels, (lower - mean) / std)

    stack = np.empty((len(slices), 3, height, width), dtype=np.float32)
    for n, centre in enumerate(slices):
        for channel, near in enumerate([centre - stride, centre, centre + stride]):
            stack[n, channel] = plane(heights[min(max(near, 0), len(heights) - 1)])
    return stack, heights[slices]


def run(case):
    values, affine = load(case["image"])
    found = {"affine": affine.ravel().tolist(), "axcodes": "".join(nibabel.aff2axcodes(affine))}
    if "preprocessing" not in case:
        values.ravel(order="F").tofile(case["out"])
        return found
    mask = load(case["mask"])[0] if "mask" in case else None
    stack, heights = preprocess(values, affine, mask, case["preprocessing"])
    stack.tofile(case["out"])
    return found | {"shape": list(stack.shape), "zMm": heights.tolist()}


if __name__ == "__main__":
    json.dump([run(case) for case in json.load(sys.stdin)], sys.stdout)
