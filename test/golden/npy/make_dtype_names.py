"""Writes dtype_names.json: the names of types that NumPy has, and what np.dtype() makes of each.

Run: python make_dtype_names.py   (needs numpy 2; the version used is written into the file)

"read" has the names of plain numbers of up to 8 bytes, with byte order and kind as NumPy writes them into .npy files.
"refused" has the names of everything else.
"""
import json
import pathlib
import warnings

import numpy as np
from numpy._core.numerictypes import sctypeDict

warnings.simplefilter("ignore")
sizes = [kind + size for kind in "biufcSUVOMm" for size in ("1", "2", "4", "8", "16")]
names = {name for name in sctypeDict if isinstance(name, str)} | set(np.typecodes["All"]) | set(sizes)
read, refused = {}, []
for name in sorted(order + name for name in names for order in ("", "<", ">", "=", "|")):
    try:
        dtype = np.dtype(name)
    except TypeError:
        if name in names:
            refused.append(name)
        continue
    if dtype.kind in "biuf" and dtype.itemsize <= 8:
        read[name] = dtype.str
    else:
        refused.append(name)

result = {"made_with": f"numpy {np.__version__}", "read": read, "refused": refused}
pathlib.Path(__file__).with_name("dtype_names.json").write_text(json.dumps(result) + "\n")
print(len(read), "read,", len(refused), "refused")
