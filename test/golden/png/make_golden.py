"""Writes the PNG files beside it: every colour type and bit depth, by hand, each row with another filter.

`python make_golden.py`; the standard library is enough. The same files each time, but for other versions of zlib.
"""

import pathlib
import struct
import zlib

FOLDER = pathlib.Path(__file__).parent
GRAY, RGB, PALETTE, GRAY_ALPHA, RGBA = 0, 2, 3, 4, 6
SAMPLES = {GRAY: 1, RGB: 3, PALETTE: 1, GRAY_ALPHA: 2, RGBA: 4}
ADAM7 = [(0, 0, 8, 8), (4, 0, 8, 8), (0, 4, 4, 8), (2, 0, 4, 4), (0, 2, 2, 4), (1, 0, 2, 2), (0, 1, 1, 2)]


def chunk(name, body=b""):
    return struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))


def sample(x, y, i, bits):
    """Noise that uses every bit and is the same on every run."""
    return (((1 + i + 4 * (x + 64 * y)) * 0x9E3779B1 % 2**32) >> 9) % 2**bits


def paeth(a, b, c):
    p = a + b - c
    return min((abs(p - a), 0, a), (abs(p - b), 1, b), (abs(p - c), 2, c))[2]


def filtered(kind, row, above, step):
    out = bytearray([kind])
    for i, value in enumerate(row):
        a = row[i - step] if i >= step else 0
        b = above[i]
        c = above[i - step] if i >= step else 0
        out.append((value - [0, a, b, (a + b) // 2, paeth(a, b, c)][kind]) % 256)
    return bytes(out)


def packed(samples, bits):
    if bits == 16:
        return b"".join(struct.pack(">H", value) for value in samples)
    text = "".join(format(value, f"0{bits}b") for value in samples)
    text += "0" * (-len(text) % 8)
    return bytes(int(text[i : i + 8], 2) for i in range(0, len(text), 8))


def write(name, color, bits, *, size=(5, 6), interlaced=False, extra=b"", pieces=1, opaque=False, colors=None):
    width, height = size
    count = SAMPLES[color]
    step = max(1, bits * count // 8)
    raw = b""
    for x0, y0, dx, dy in ADAM7 if interlaced else [(0, 0, 1, 1)]:
        above = None
        for n, y in enumerate(range(y0, height, dy)):
            values = []
            for x in range(x0, width, dx):
                pixel = [sample(x, y, i, bits) % (colors or 2**bits) for i in range(count)]
                values += pixel[:-1] + [2**bits - 1] if opaque else pixel
            if not values:
                continue
            row = packed(values, bits)
            raw += filtered((n + 4) % 5, row, above or bytes(len(row)), step)
            above = row
    data = zlib.compress(raw, 9)
    ends = [len(data) * i // pieces for i in range(pieces + 1)]
    file = b"\x89PNG\r\n\x1a\n"
    file += chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, bits, color, 0, 0, interlaced)) + extra
    for begin, end in zip(ends, ends[1:]):
        file += chunk(b"IDAT", data[begin:end])
    (FOLDER / f"{name}.png").write_bytes(file + chunk(b"IEND"))


def palette(count):
    return chunk(b"PLTE", bytes(sample(i, 0, j, 8) for i in range(count) for j in range(3)))


for depth in (1, 2, 4, 8, 16):
    write(f"gray{depth}", GRAY, depth)
write("palette4", PALETTE, 4, extra=palette(11), colors=11)
write("palette2_clear", PALETTE, 2, extra=palette(4) + chunk(b"tRNS", b"\xff\x40\x00"))
write("rgb8", RGB, 8, size=(4, 6), pieces=4)
write("rgb16", RGB, 16, size=(3, 5))
write("rgba8_opaque", RGBA, 8, size=(4, 5), opaque=True)
write("gray_alpha8", GRAY_ALPHA, 8)
write("gray2_clear", GRAY, 2, extra=chunk(b"gAMA", struct.pack(">I", 45455)) + chunk(b"tRNS", b"\0\2"))
write("rgb8_clear", RGB, 8, size=(3, 5), extra=chunk(b"tRNS", bytes(b for i in range(3) for b in (0, sample(1, 1, i, 8)))))
write("gray4_interlaced", GRAY, 4, size=(9, 7), interlaced=True)
write("rgb8_interlaced", RGB, 8, size=(5, 5), interlaced=True, extra=chunk(b"tEXt", b"Title\0x"), pieces=2)
