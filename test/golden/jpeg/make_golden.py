"""Writes the JPEG files beside it, and what other programs read from them (.ppm, .pgm).

`python make_golden.py`; needs NumPy, cjpeg and djpeg (Debian's libjpeg-turbo-progs 2.1.5) and ImageMagick 6 (convert-im6).

djpeg reads with the exact transform, and without smoothing colours of half the resolution: the standard leaves open how
these are enlarged, and jpeg-js repeats them.
"""

import pathlib
import struct
import subprocess

import numpy as np

FOLDER = pathlib.Path(__file__).parent

KINDS = {
    "ycc420": [],
    "ycc422": ["-sample", "2x1"],
    "ycc440": ["-sample", "1x2"],
    "ycc411": ["-sample", "4x1"],
    "ycc444": ["-sample", "1x1"],
    "progressive": ["-progressive"],
    "restarts": ["-restart", "3B"],
    "progressive-restarts": ["-progressive", "-sample", "1x1", "-restart", "7B"],
    "gray": ["-grayscale"],
    "gray-progressive-restarts": ["-grayscale", "-progressive", "-restart", "7B"],
    "rgb": ["-rgb"],
    # Each component in a scan of its own.
    "three-scans": ["-scans", "SCANS"],
    # These are refused.
    "arithmetic": ["-arithmetic"],
    "padded-restarts": ["-progressive", "-restart", "7B"],
}
REFUSED = ["arithmetic", "padded-restarts"]


def picture(width, height):
    y, x = np.mgrid[:height, :width]
    waves = [127 + 80 * np.sin(y / 6 + x / 9), 127 + 80 * np.cos(x / 7 - y / 12), 127 + 60 * np.sin(x * y / 100)]
    noise = np.random.default_rng(0).normal(0, 6, (height, width, 3))
    return (np.stack(waves, -1) + noise).clip(0, 255).astype(np.uint8)


def run(*command, given=b""):
    return subprocess.run(command, input=given, stdout=subprocess.PIPE, check=True).stdout


def ppm(pixels):
    height, width, _ = pixels.shape
    return b"P6\n%d %d\n255\n" % (width, height) + pixels.tobytes()


def djpeg(jpeg):
    return run("djpeg", "-nosmooth", "-dct", "float", "-pnm", given=jpeg)


def write(name, contents):
    (FOLDER / name).write_bytes(contents)


def exif(orientation, order):
    """A block with two entries: its width, and the orientation."""
    entries = struct.pack(order + "HHIHH", 0x0100, 3, 1, 9, 0) + struct.pack(order + "HHIHH", 0x0112, 3, 1, orientation, 0)
    tiff = (b"II" if order == "<" else b"MM") + struct.pack(order + "HI", 42, 8) + struct.pack(order + "H", 2) + entries
    body = b"Exif\0\0" + tiff + bytes(4)
    return b"\xff\xe1" + struct.pack(">H", len(body) + 2) + body


colors = ppm(picture(37, 35))
for name, options in KINDS.items():
    scans = FOLDER / "scans.txt"
    scans.write_text("0;\n1;\n2;\n")
    options = [str(scans) if option == "SCANS" else option for option in options]
    jpeg = run("cjpeg", "-quality", "90", *options, given=colors)
    scans.unlink()
    write(f"{name}.jpg", jpeg)
    if name not in REFUSED:
        write(f"{name}.{'pgm' if 'gray' in name else 'ppm'}", djpeg(jpeg))

# ImageMagick stores YCCK (the Adobe marker says 2); the same bytes are CMYK if it says 0.
ycck = run("convert-im6", "-", "-colorspace", "CMYK", "-quality", "90", "jpeg:-", given=colors)
at = ycck.index(b"Adobe") + 11
assert ycck[at] == 2
for name, jpeg in {"ycck": ycck, "cmyk": ycck[:at] + b"\0" + ycck[at + 1 :]}.items():
    write(f"{name}.jpg", jpeg)
    write(f"{name}.ppm", djpeg(jpeg))

upright = run("cjpeg", "-quality", "90", "-grayscale", given=ppm(picture(11, 6)))
for orientation in range(1, 9):
    turned = upright[:2] + exif(orientation, "<" if orientation % 2 else ">") + upright[2:]
    write(f"orientation-{orientation}.jpg", turned)
    write(f"orientation-{orientation}.pgm", run("convert-im6", "jpeg:-", "-auto-orient", "pgm:-", given=turned))
