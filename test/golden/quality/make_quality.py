"""Makes ssim.json and pca.json with NumPy in float64: what SSIM and the PCA baseline must come to.

Run: python make_quality.py   (needs numpy; the version used is written into each file)

SSIM is computed window by window from its definition (docs/math.md, section 4.4), not by separable sums of squares as
the engine does it. PCA is computed from the singular values. Images are stored as integers; their values are divided
by 255 and rounded to float32, as the engine reads them.
"""
import json
import pathlib

import numpy as np

HERE = pathlib.Path(__file__).parent
rng = np.random.default_rng(20240607)


def values(pixels):
    return np.float32(pixels / 255).astype(np.float64)


def ssim_plane(x, y):
    r = np.arange(11) - 5
    w = np.exp(-(r[:, None] ** 2 + r[None, :] ** 2) / (2 * 1.5**2))
    w /= w.sum()
    c1, c2 = 0.01**2, 0.03**2
    found = []
    for i in range(x.shape[0] - 10):
        for j in range(x.shape[1] - 10):
            a, b = x[i : i + 11, j : j + 11], y[i : i + 11, j : j + 11]
            ma, mb = (w * a).sum(), (w * b).sum()
            va, vb = (w * (a - ma) ** 2).sum(), (w * (b - mb) ** 2).sum()
            cov = (w * (a - ma) * (b - mb)).sum()
            found.append((2 * ma * mb + c1) * (2 * cov + c2) / ((ma**2 + mb**2 + c1) * (va + vb + c2)))
    return np.mean(found)


def ssim(a, b):
    a, b = (values(p).reshape(*p.shape[:2], -1) for p in (a, b))
    return float(np.mean([ssim_plane(a[..., c], b[..., c]) for c in range(a.shape[-1])]))


def blobs(*shape):
    """Smooth bumps, somewhat like an image, as integers from 0 to 255."""
    y, x = np.mgrid[: shape[0], : shape[1]]
    planes = []
    for _ in range(int(np.prod(shape[2:], dtype=int))):
        z = sum(
            np.exp(-((y - rng.uniform(0, shape[0])) ** 2 + (x - rng.uniform(0, shape[1])) ** 2) / rng.uniform(4, 40))
            for _ in range(6)
        )
        planes.append(np.round(z / z.max() * 255))
    return np.stack(planes, -1).reshape(shape).astype(int)


def noisy(image, deviation):
    return np.clip(np.round(image + rng.normal(0, deviation, image.shape)), 0, 255).astype(int)


def save(name, cases):
    (HERE / name).write_text(json.dumps({"made_with": f"numpy {np.__version__}, float64", "cases": cases}) + "\n")


def make_ssim():
    gray, wide, colour, tiny = blobs(28, 28), blobs(12, 17), blobs(14, 13, 3), blobs(11, 11)
    pairs = {
        "a 28x28 image and itself with noise": (gray, noisy(gray, 25)),
        "a 28x28 image and its negative": (gray, 255 - gray),
        "a 28x28 image and a darker one, with a last dimension of 1": (gray[..., None], gray[..., None] // 2),
        "12 rows of 17 columns": (wide, noisy(wide, 60)),
        "three channels": (colour, noisy(colour, np.array([0, 20, 80]))),
        "a single window": (tiny, noisy(tiny, 40)),
    }
    save(
        "ssim.json",
        [
            {"name": name, "shape": list(a.shape), "a": a.ravel().tolist(), "b": b.ravel().tolist(), "ssim": ssim(a, b)}
            for name, (a, b) in pairs.items()
        ],
    )


def pca_errors(x, lengths):
    squares = np.linalg.svd(x - x.mean(0), compute_uv=False) ** 2
    return {str(k): float(squares[k:].sum() / x.size) for k in lengths}


def make_pca():
    many = np.stack([blobs(8, 8) for _ in range(90)]).reshape(90, 64)
    few = np.stack([blobs(12, 12) for _ in range(20)]).reshape(20, 144)
    noise = rng.integers(0, 256, (80, 48))
    cases = [
        ("90 samples of 64 numbers", many, [0, 1, 4, 16, 32, 63]),
        ("20 samples of 144 numbers", few, [0, 1, 4, 16, 18]),
        ("80 samples of noise", noise, [0, 1, 8, 40]),
    ]
    save(
        "pca.json",
        [
            {"name": name, "shape": list(x.shape), "data": x.ravel().tolist(), "mse": pca_errors(values(x), lengths)}
            for name, x, lengths in cases
        ],
    )


make_ssim()
make_pca()
