"""What a scanner adds to an image [i, j, k]; rows are along i, the phase-encode direction is j (front to back)."""

import numpy as np
from scipy.ndimage import gaussian_filter1d


def coil_bias(dims: tuple[int, int, int], field: float, rng: np.random.Generator) -> np.ndarray:
    """Smooth positive gain [i, j, k]: receive coils leave slopes, the dielectric effect of 3 T a shaded middle."""
    bias = np.ones((1, 1, 1), np.float32)
    for axis, count in enumerate(dims):
        u = np.linspace(-1, 1, count, dtype=np.float32)
        slope, bowl = rng.normal(0, 0.15), rng.normal(0.1 * field / 1.5, 0.1)
        shape = [1, 1, 1]
        shape[axis] = count
        bias = bias * np.exp(slope * u + bowl * (u * u - 1 / 3)).reshape(shape)
    return bias


def breathing_ghost(image: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """A faint copy, shifted along the phase-encode direction by how often the patient breathed in a slice's time."""
    shift = int(image.shape[1] * rng.uniform(0.15, 0.45))
    ghost = np.roll(image, shift, axis=1) - np.roll(image, -shift, axis=1)
    return image + np.float32(rng.uniform(0.01, 0.05)) * ghost


def blur(image: np.ndarray, width: float) -> np.ndarray:
    """Motion, and the decay along a train of echoes, blur the phase-encode direction; width: sigma in pixels."""
    return gaussian_filter1d(image, width, axis=1, truncate=3)


def rician(image: np.ndarray, noise: float, window: float, rng: np.random.Generator) -> np.ndarray:
    """Magnitude of a complex signal whose parts have Gaussian noise (Gudbjartsson and Patz, MRM 1995;34:910).

    Args:
        noise: standard deviation of either part, before the window.
        window: sigma in pixels of the k-space window that reconstructions smooth the plane with; 0: none.
    """
    parts = [noise * rng.standard_normal(image.shape, dtype=np.float32) for _ in range(2)]
    parts[0] += image
    if window > 0:
        parts = [
            gaussian_filter1d(gaussian_filter1d(part, window, 0, truncate=3), window, 1, truncate=3) for part in parts
        ]
    return np.hypot(*parts)
