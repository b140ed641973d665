"""Makes the IDX files in this folder, by the definition of the format alone (needs only Python).

Run: python make_idx.py

expected.json says for each file what it holds: shape, dtype and the values, row-major, as text that both
Python and JavaScript read back to the same number, with spaces between.
"""
import gzip
import json
import pathlib
import struct

HERE = pathlib.Path(__file__).parent
expected = {}

CODES = {"u1": (0x08, "B"), "i1": (0x09, "b"), "i2": (0x0B, "h"), "i4": (0x0C, "i"), "f4": (0x0D, "f"), "f8": (0x0E, "d")}


def save(name, dtype, shape, values):
    code, letter = CODES[dtype]
    head = struct.pack(">BBBB", 0, 0, code, len(shape)) + struct.pack(f">{len(shape)}I", *shape)
    contents = head + struct.pack(f">{len(values)}{letter}", *values)
    (HERE / name).write_bytes(gzip.compress(contents, mtime=0) if name.endswith(".gz") else contents)
    expected[name] = {"shape": shape, "dtype": dtype, "values": " ".join(str(v) for v in values)}


images = [(i * i * 7) % 256 for i in range(3 * 4 * 5)]
save("images.idx", "u1", [3, 4, 5], images)
save("images.idx.gz", "u1", [3, 4, 5], images)
save("labels.idx", "u1", [5], [7, 2, 1, 0, 4])
save("labels.idx.gz", "u1", [5], [7, 2, 1, 0, 4])
save("i1.idx", "i1", [2, 3], [-128, -1, 0, 1, 2, 127])
save("i2.idx", "i2", [2, 3], [-32768, -1, 0, 1, 258, 32767])
save("i4.idx", "i4", [3, 1, 2], [-(2**31), -1, 0, 1, 0x01020304, 2**31 - 1])
save("f4.idx", "f4", [2, 2], [1.5, -2.0, 0.0, 0.0625])
save("f8.idx", "f8", [2, 2], [1.5, -2.0, 0.1, -1e300])
save("f8.idx.gz", "f8", [2, 2], [1.5, -2.0, 0.1, -1e300])
save("none.idx", "u1", [0, 28, 28], [])

(HERE / "expected.json").write_text(json.dumps(expected, indent=1) + "\n")
