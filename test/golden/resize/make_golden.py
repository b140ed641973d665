"""Writes resize.json: pictures in other sizes, by PyTorch 2.x in float64.

`python make_golden.py`; needs NumPy and PyTorch. Sizes shrink by whole numbers (`area` of PyTorch rounds the areas
to whole pixels otherwise), or grow by any factor.
"""

import json
import pathlib

import numpy as np
import torch
import torch.nn.functional as F

CASES = [
    # height, width, channels, new height, new width
    (12, 18, 1, 4, 6),
    (12, 18, 3, 6, 6),
    (6, 6, 3, 6, 6),
    (5, 7, 1, 10, 14),
    (4, 6, 3, 10, 15),
    (3, 3, 1, 7, 7),
    (12, 4, 1, 4, 9),
    (16, 40, 3, 4, 4),
]


def middle(full, wanted):
    length = max(1, min(full, round(wanted)))
    return slice((full - length) // 2, (full - length) // 2 + length)


def cropped(pixels, size):
    """The middle with the ratio of the new size."""
    (height, width), (new_height, new_width) = pixels.shape[:2], size
    return pixels[middle(height, width * new_height / new_width), middle(width, height * new_width / new_height)]


def resized(pixels, size):
    """Each axis by itself: the mean over areas where it shrinks, else bilinear."""
    height, width = size
    x = torch.tensor(pixels, dtype=torch.float64).permute(2, 0, 1)[None]
    for axis, length in ((2, height), (3, width)):
        target = list(x.shape[2:])
        shrinks = length < target[axis - 2]
        target[axis - 2] = length
        kind = {"mode": "area"} if shrinks else {"mode": "bilinear", "align_corners": False}
        x = F.interpolate(x, size=target, **kind)
    return x[0].permute(1, 2, 0)


cases = []
for number, (height, width, channels, new_height, new_width) in enumerate(CASES):
    pixels = np.random.default_rng(number).integers(0, 256, (height, width, channels))
    size = (new_height, new_width)
    values = resized(cropped(pixels, size), size)
    cases.append(
        {
            "shape": [height, width, channels],
            "data": pixels.ravel().tolist(),
            "size": [new_height, new_width],
            "values": values.ravel().tolist(),
        }
    )
path = pathlib.Path(__file__).parent / "resize.json"
path.write_text(json.dumps(cases) + "\n")
