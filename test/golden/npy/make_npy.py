"""Makes the .npy and .npz files in this folder with NumPy, the format's own implementation.

Run: python make_npy.py   (needs numpy; the version used is written into expected.json)

expected.json says for each file what it holds: shape, dtype and the values, row-major, as text that both
Python and JavaScript read back to the same number, with spaces between. For the files in "refused" there is nothing to hold.
"""
import json
import pathlib

import numpy as np
from numpy.lib import format as npy_format

HERE = pathlib.Path(__file__).parent
expected = {"made_with": f"numpy {np.__version__}", "arrays": {}, "archives": {}, "refused": []}


def facts(array):
    values = [str(int(v)) if array.dtype.kind in "bui" else repr(float(v)) for v in array.flatten(order="C")]
    return {"shape": list(array.shape), "dtype": array.dtype.str[1:], "values": " ".join(values)}


def save(name, array, version=(1, 0)):
    with open(HERE / name, "wb") as file:
        npy_format.write_array(file, array, version=version)
    expected["arrays"][name] = facts(array)


def refuse(name, array):
    np.save(HERE / name, array, allow_pickle=True)
    expected["refused"].append(name)


def ramp(dtype, shape=(2, 3, 4)):
    """Values all over the type's range, the extremes included."""
    size = int(np.prod(shape))
    kind, bits = np.dtype(dtype).kind, 8 * np.dtype(dtype).itemsize
    if kind == "f":
        values = np.linspace(-3.5, 65000.25, size)
    else:
        bits = min(bits, 53)
        low, high = (-(2 ** (bits - 1)), 2 ** (bits - 1) - 1) if kind == "i" else (0, 2**bits - 1)
        values = [low + (high - low) * i // (size - 1) for i in range(size)]
    return np.array(values, dtype=dtype).reshape(shape)


for code in ["u1", "i1", "u2", "i2", "u4", "i4", "u8", "i8", "f2", "f4", "f8"]:
    save(f"{code}.npy", ramp("<" + code))
save("b1.npy", np.array([[True, False, True], [False, False, True]]))
save("u1_fortran.npy", np.asfortranarray(ramp("u1")))
save("f4_fortran.npy", np.asfortranarray(ramp("<f4")))
save("f8_big.npy", ramp(">f8"))
save("i2_big_fortran.npy", np.asfortranarray(ramp(">i2")))
save("u8_big.npy", ramp(">u8"))
save("f2_big.npy", ramp(">f2"))
save("i4_version2.npy", ramp("<i4"), version=(2, 0))
save("f4_version3.npy", ramp("<f4"), version=(3, 0))
save("f8_scalar.npy", np.array(0.1))
save("f4_none.npy", np.zeros((0, 28, 28), dtype="<f4"))

refuse("object.npy", np.array([{"a": 1}, None], dtype=object))
refuse("structured.npy", np.array([(1, 2.0)], dtype=[("name", "<i4"), ("value", "<f4")]))
refuse("complex.npy", np.array([1 + 2j]))
refuse("text.npy", np.array(["ein", "zwei"]))
refuse("bytes.npy", np.array([b"ein", b"zwei"]))
refuse("dates.npy", np.array(["2024-01-01"], dtype="datetime64[D]"))


def archive(name, write, **arrays):
    write(HERE / name, **arrays)
    expected["archives"][name] = {key: facts(array) for key, array in arrays.items()}


pair = {"x_train": ramp("u1", (5, 4, 4)), "y_train": ramp("<i8", (5,))}
archive("stored.npz", np.savez, **pair)
archive("deflated.npz", np.savez_compressed, **pair)
archive("single.npz", np.savez_compressed, images=np.zeros((20, 8, 8), dtype="<f4"))
archive("two.npz", np.savez, first=ramp("<f4", (2, 2)), second=np.asfortranarray(ramp(">f8", (3, 2))))
archive("none.npz", np.savez)

(HERE / "expected.json").write_text(json.dumps(expected, indent=1) + "\n")
print(len(expected["arrays"]), "arrays,", len(expected["archives"]), "archives")
