"""Decodes .isth files without the engine, from what docs/isth.md says; the numbers of sections are those there.

  python decode.py FILE.isth [--model model.safetensors] --out FILE    (needs numpy)
  python decode.py --golden [--out FILE]    writes decoded.json: what is in the files of this folder

A lossless file gives the very file that was compressed, a lossy one a .npy. Plain and slow: some 50,000 numbers a
second of lossless files. It trusts a file more than the engine does: no limits on what a header may claim.
"""
import argparse
import ast
import hashlib
import json
import math
import pathlib
import struct
import sys
import zlib

import numpy as np

HERE = pathlib.Path(__file__).parent


def require(is_so, message):
    if not is_so:
        raise ValueError(message)


# Section 2: the bytes

class Pieces:
    """A file read from its beginning, with the CRC-32 of all bytes but for the checks."""

    def __init__(self, data):
        self.data, self.at, self.crc = data, 0, 0

    def take(self, length):
        piece = self.data[self.at : self.at + length]
        require(len(piece) == length, "the file is cut off")
        self.at += length
        self.crc = zlib.crc32(piece, self.crc)
        return piece

    def number(self):
        return struct.unpack("<I", self.take(4))[0]

    def check(self):
        before = self.crc
        require(self.number() == before, f"the check before byte {self.at} is wrong")
        self.crc = before


class File:
    def __init__(self, data, model=None):
        pieces = Pieces(data)
        require(pieces.take(8) == b"\x89ISTH\r\n\x1a", "not an .isth file")
        self.version = pieces.number()
        require(self.version in (1, 2, 3), "another version")
        lengths = [pieces.number() for _ in range(3)]
        self.description = json.loads(pieces.take(lengths[0]))
        k = self.description["codeLength"]
        self.minimum = np.frombuffer(pieces.take(4 * k), "<f4")
        self.maximum = np.frombuffer(pieces.take(4 * k), "<f4")
        self.head = pieces.take(lengths[1])
        pieces.check()
        if lengths[2] > 0:
            model = pieces.take(lengths[2])
            pieces.check()
        require(model is not None, "there is no model inside, give one with --model")
        self.model = Model(model)
        require(self.model.fingerprint == self.description["model"], "another model")
        self.chunks = []
        count, *sample = self.description["shape"]
        size = max(1, 2**18 // max(k, math.prod(sample)))
        for start in range(0, count, size):
            self.chunks.append((min(size, count - start), pieces.take(pieces.number())))
            pieces.check()
        if self.head:
            self.crc_of_values = pieces.number()
            pieces.check()
        require(pieces.at == len(data), "there are bytes behind the end")

    @property
    def is_lossless(self):
        return len(self.head) > 0


# The model: safetensors, and what src/io/model.ts says of its metadata

class Model:
    def __init__(self, data):
        length = struct.unpack("<Q", data[:8])[0]
        header = json.loads(data[8 : 8 + length])
        self.metadata = header.pop("__metadata__")
        self.tensors = {}
        for name, info in header.items():
            begin, end = (8 + length + offset for offset in info["data_offsets"])
            self.tensors[name] = np.frombuffer(data[begin:end], "<f4").reshape(info["shape"])
        self.spec = json.loads(self.metadata["model"])

    @property
    def fingerprint(self):
        digest = hashlib.sha256(compact({key: self.metadata[key] for key in ("model", "normalization")}))
        weights = {name: tensor for name, tensor in self.tensors.items() if not name.startswith(("codes.", "errors."))}
        for name, tensor in weights.items():
            digest.update(compact([name, list(tensor.shape)]))
            digest.update(tensor.tobytes())
        return f"sha256:{digest.hexdigest()[:32]}"

    def decode(self, codes):
        return self.run("decoder", self.spec["decoder"], codes)

    def run(self, prefix, layers, x):
        """x [batch, in], float32."""
        for i, layer in enumerate(layers):
            name = f"{prefix}.{i}"
            if layer["type"] == "sequential":
                x = self.run(name, layer["layers"], x)
            elif layer["type"] == "dense":
                x = dense(x, self.tensors[f"{name}.weight"], self.tensors.get(f"{name}.bias"))
            elif layer["type"] == "transposedDense":
                x = dense(x, self.tensors[f"{layer['tiedTo']}.weight"].T, self.tensors.get(f"{name}.bias"))
            else:
                x = activation(layer, x.astype(np.float64)).astype(np.float32)
        return x


def compact(value):
    return json.dumps(value, separators=(",", ":"), ensure_ascii=False).encode()


def dense(x, weight, bias):
    """The naive kernels' product: float64 sums from the bias on, in order, rounded once."""
    sums = np.zeros((len(x), weight.shape[1]))
    if bias is not None:
        sums += bias
    for column, row in zip(x.astype(np.float64).T, weight.astype(np.float64)):
        sums += column[:, None] * row
    return sums.astype(np.float32)


def activation(layer, x):
    """docs/math.md, section 3.3."""
    if layer["type"] == "relu":
        return np.maximum(x, 0)
    if layer["type"] == "leakyRelu":
        return np.where(x < 0, layer["slope"] * x, x)
    if layer["type"] == "tanh":
        return np.tanh(x)
    if layer["type"] == "gelu":
        return x * np.vectorize(math.erfc)(-x / math.sqrt(2)) / 2
    with np.errstate(over="ignore"):  # 1 / infinity is the 0 that it should be
        logistic = 1 / (1 + np.exp(-x))
    return {"sigmoid": logistic, "silu": x * logistic}[layer["type"]]


# Section 3: the coder

class Probability:
    """Of a 1, in 1/65536."""

    def __init__(self):
        self.p, self.seen = 32768, 0

    def learn(self, bit):
        p = self.p + int((65536 * bit - self.p) / (self.seen + 1.5))  # int() goes towards 0
        self.p = min(max(p, 32), 65504)
        self.seen = min(self.seen + 1, 255)


class Probabilities(dict):
    """One for each context that comes up."""

    def __missing__(self, context):
        self[context] = Probability()
        return self[context]


class RangeDecoder:
    def __init__(self, message):
        self.bytes = iter(message)
        self.range = 2**32 - 1
        self.code = 0
        for _ in range(4):
            self.take_byte()

    def take_byte(self):
        byte = next(self.bytes, None)
        require(byte is not None, "a chunk is shorter than what it holds")
        self.code = 256 * self.code + byte

    def bit(self, probability):
        part = self.range * probability // 65536
        bit = int(self.code < part)
        if bit:
            self.range = part
        else:
            self.code -= part
            self.range -= part
        while self.range < 2**24:
            self.range *= 256
            self.take_byte()
        return bit

    def finish(self):
        require(next(self.bytes, None) is None, "a chunk is longer than what it holds")


def decode_level(decoder, levels, tree):
    node, level = 1, 0
    for place in reversed(range((levels - 1).bit_length())):
        bit = 0
        if level + 2**place < levels:
            bit = decoder.bit(tree[node].p)
            tree[node].learn(bit)
        node = 2 * node + bit
        level += bit << place
    return level


# Section 1: from levels to images

def dequantize(levels, file):
    minimum, maximum = file.minimum.astype(np.float64), file.maximum.astype(np.float64)
    steps = (maximum - minimum) / (file.description["levels"] - 1)
    return np.minimum(minimum + levels * steps, maximum).astype(np.float32)


def rounded(x):
    """To the nearest whole number, of two the greater. Exact, which floor(x + 0.5) is not."""
    whole = np.floor(x)
    return whole + (x - whole >= 0.5)


def denormalize(outputs, normalization):
    """outputs [n, features], float32, in the units and the type of the data."""
    kind, dtype = normalization["kind"], normalization["dtype"]
    values = outputs.astype(np.float64) * normalization["scale"] + normalization["shift"]
    if dtype[0] == "f":
        return values.astype("f8" if dtype == "f8" else "f4")
    if dtype == "b1":
        return rounded(values).clip(0, 1).astype("u1")
    if kind in ("none", "divide"):
        return rounded(values).clip(0, normalization["scale"]).astype("i4" if dtype[1] == "8" else dtype)
    if dtype[1] == "8":
        minimum, maximum = {"i8": (-(2.0**63), 2.0**63 - 2**10), "u8": (0, 2.0**64 - 2**11)}[dtype]
        return rounded(values).clip(minimum, maximum)
    limits = np.iinfo(dtype)
    return rounded(values).clip(limits.min, limits.max).astype(dtype)


def decode_images(file):
    """All of them, in their shape; [n, ...]."""
    description = file.description
    k, shape, dtype = description["codeLength"], description["shape"], description["dtype"]
    levels = [description["levels"] if a < b else 1 for a, b in zip(file.minimum, file.maximum)]
    trees = [Probabilities() for _ in range(k)]
    residual = Residual(shape[1:], dtype) if file.is_lossless else None
    images = []
    for count, message in file.chunks:
        decoder = RangeDecoder(message)
        found = [[decode_level(decoder, levels[j], trees[j]) for j in range(k)] for _ in range(count)]
        restored = denormalize(file.model.decode(dequantize(np.array(found), file)), description["normalization"])
        if residual:
            restored = np.array([residual.decode(decoder, image) for image in restored.tolist()]).astype(dtype)
        decoder.finish()
        images.append(restored)
    values = np.concatenate(images).reshape(shape)
    if file.is_lossless:
        crc = zlib.crc32(values.astype(f"<{dtype}").tobytes())
        require(crc == file.crc_of_values, "the values are not those that were compressed")
    require((file.version == 3) == ("tiles" in description), "another version")
    return blend(values, description["tiles"]) if "tiles" in description else values


def starts_of(length, tile, overlap):
    steps = -((tile - length) // (tile - overlap))
    return [0] + [i * (length - tile) // steps for i in range(1, steps + 1)]


def blend(tiles, facts):
    """tiles [n, height, width, ...], row by row, to the one picture that they make, [1, ...]."""
    height, width = tiles.shape[1:3]
    rows, columns = (starts_of(*axis, facts["overlap"]) for axis in zip(facts["picture"], (height, width)))
    down, across = (np.minimum(np.arange(1, n + 1), np.arange(n, 0, -1)) for n in (height, width))
    weights = np.outer(down, across).reshape(height, width, *[1] * (tiles.ndim - 3))
    sums = np.zeros((*facts["picture"], *tiles.shape[3:]), int)
    totals = np.zeros((*facts["picture"], *weights.shape[2:]), int)
    for tile, (top, left) in zip(tiles, ((top, left) for top in rows for left in columns), strict=True):
        sums[top : top + height, left : left + width] += tile * weights
        totals[top : top + height, left : left + width] += weights
    return ((2 * sums + totals) // (2 * totals)).astype("u1")[None]


# Section 4: the residual

def grid_of(sample_shape):
    """Height, width, channels."""
    shape = [length for length in sample_shape if length != 1]
    size = math.prod(shape)
    if len(shape) < 2:
        side = math.isqrt(size)
        return (side, side, 1) if side * side == size else (1, size, 1)
    channels = shape.pop() if len(shape) > 2 and shape[-1] <= 4 else 1
    return size // channels // shape[-1], shape[-1], channels


class LeastSquares:
    def __init__(self, first):
        self.first = self.weights = first
        self.squares = np.zeros((len(first), len(first)))
        self.products = np.zeros(len(first))
        self.seen = 0

    def predict(self, inputs):
        total = 0.0
        for weight, value in zip(self.weights, inputs):  # one after another: sum() and @ may add otherwise
            total += weight * value
        return total

    def learn(self, inputs, target):
        u = np.array(inputs)
        self.products += u * target
        self.squares += np.outer(u, u)
        self.seen += 1
        if self.seen % 1024 == 0:
            self.weights = self.solve()

    def solve(self):
        size, ridge = len(self.first), 2.0**-10
        squares = self.squares.tolist()
        factor = [[0.0] * size for _ in range(size)]  # L below the diagonal, D on it
        for i in range(size):
            for j in range(i + 1):
                total = squares[i][j] + (ridge if i == j else 0.0)
                for k in range(j):
                    total -= factor[i][k] * factor[k][k] * factor[j][k]
                factor[i][j] = total if i == j else total / factor[j][j]
        w = [product + ridge * first for product, first in zip(self.products.tolist(), self.first)]
        for i in range(size):
            for k in range(i):
                w[i] -= factor[i][k] * w[k]
        for i in range(size):
            w[i] /= factor[i][i]
        for i in reversed(range(size)):
            for k in range(i + 1, size):
                w[i] -= factor[k][i] * w[k]
        return w


def half_octaves(value):
    length = value.bit_length()
    return 2 * length if length < 2 else 2 * length + (value >> (length - 2) & 1)


def to_int32(value):
    """As JavaScript's `| 0`: what is beyond 32 bits is cut off."""
    if not math.isfinite(value):
        return 0
    return (int(value) + 2**31) % 2**32 - 2**31


class Residual:
    def __init__(self, sample_shape, dtype):
        self.height, self.width, self.channels = grid_of(sample_shape)
        self.bits = 8 * int(dtype[1])
        self.minimum = -(2 ** (self.bits - 1)) if dtype[0] == "i" else 0
        first = [0.4, 0.4, 0, 0, 0, 0, 0.2, 0, 0, 0, 0, 0, 0] + [0, 0] * (self.channels > 1)
        self.predictor = LeastSquares([float(weight) for weight in first])
        self.by_activity = Probabilities()
        self.by_neighbours = Probabilities()

    def decode(self, decoder, restored):
        """One image, a list of whole numbers, from its reconstruction."""
        height, width, c = self.height, self.width, self.channels
        stride = (width + 4) * c
        r, x, e = ([0] * ((height + 4) * stride) for _ in range(3))  # two rows and pixels of zeros on each side
        places = [((y + 2) * stride + 2 * c + i) for y in range(height) for i in range(width * c)]
        for at, value in zip(places, restored):
            r[at] = value - self.minimum
        for place, at in enumerate(places):
            self.decode_one(decoder, r, x, e, at, stride, place % c)
        return [x[at] + self.minimum for at in places]

    def decode_one(self, decoder, r, x, e, at, stride, channel):
        c = self.channels
        w, n, nw, ne = at - c, at - stride, at - stride - c, at - stride + c
        seen = [x[w], x[n], x[nw], x[ne], x[at - 2 * c], x[at - 2 * stride]]
        seen += [r[at], r[w], r[n], r[at + c], r[at + stride], r[nw], r[ne]]
        if c > 1:
            seen += [x[at - 1], r[at - 1]]
        inputs = [value / 2**self.bits for value in seen]
        p = self.predictor.predict(inputs) * 2**self.bits
        p = min(max(to_int32(rounded(p)), 0), 2**self.bits - 1)
        gradients = abs(x[w] - x[nw]) + abs(x[n] - x[nw]) + abs(x[n] - x[ne])
        activity = half_octaves(2 * (e[w] + e[n]) + e[nw] + e[ne] + gradients)
        contexts = (
            (channel, p >> (self.bits - 4), activity),
            (x[w].bit_length(), x[n].bit_length(), p.bit_length()),
        )
        x[at] = self.decode_value(decoder, p, contexts)
        e[at] = abs(x[at] - p)
        if x[at] != p:
            self.predictor.learn(inputs, x[at] / 2**self.bits)

    def decode_value(self, decoder, p, contexts):
        if self.decide(decoder, contexts, "least"):
            return 0
        if self.decide(decoder, contexts, "predicted"):
            return p
        is_more = self.decide(decoder, contexts, "more")
        length = 1
        while length < self.bits and self.decide(decoder, contexts, ("longer", length)):
            length += 1
        error = 1
        for place in range(1, length):
            if place == 1:
                bit = self.decide(decoder, contexts, ("second", length))
            elif place == 2:
                bit = self.decide(decoder, contexts, ("third", length, error & 1))
            else:
                bit = decoder.bit(32768)
            error = 2 * error + bit
        value = p + error if is_more else p - error
        require(0 <= value < 2**self.bits, "a value is out of its type's range")
        return value

    def decide(self, decoder, contexts, decision):
        one = self.by_activity[contexts[0], decision]
        other = self.by_neighbours[contexts[1], decision]
        bit = decoder.bit((one.p + other.p) // 2)
        one.learn(bit)
        other.learn(bit)
        return bit


def csv_file(head, values):
    delimiter, line_end, is_ended = chr(head[0]), "\r\n" if head[1] == 2 else "\n", head[2] == 1
    lines = [delimiter.join(str(value) for value in row) for row in values.tolist()]
    return head[3:] + (line_end.join(lines) + line_end * is_ended).encode()


def original_file(file, values):
    """The bytes that were compressed: the head, and the values as it says that they are stored."""
    require((file.description["original"] == "csv") == (file.version == 2), "another version")
    if file.description["original"] == "csv":
        return csv_file(file.head, values)
    order, is_big = "C", file.description["original"] == "idx"
    if file.description["original"] == "npy":
        facts = ast.literal_eval(file.head[file.head.index(b"{") :].decode("latin1"))
        order, is_big = "F" if facts["fortran_order"] else "C", facts["descr"][0] == ">"
    return file.head + values.astype((">" if is_big else "<") + file.description["dtype"]).tobytes(order)


def write_golden(out):
    """Lossless files by their values and the SHA-256 of the whole file, lossy ones by their values."""
    lines = [f'  "made_with": "decode.py, NumPy {np.__version__}"']
    for path in sorted(HERE.glob("*.isth")):
        file = File(path.read_bytes())
        values = decode_images(file)
        facts = {"shape": list(values.shape), "dtype": values.dtype.str[1:], "values": values.ravel().tolist()}
        if file.is_lossless:
            facts["original_sha256"] = hashlib.sha256(original_file(file, values)).hexdigest()
        lines.append(f"  {json.dumps(path.stem)}: {compact(facts).decode()}")
    out.write_text("{\n" + ",\n".join(lines) + "\n}\n")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("file", nargs="?", type=pathlib.Path)
    parser.add_argument("--model", type=pathlib.Path)
    parser.add_argument("--out", type=pathlib.Path)
    parser.add_argument("--golden", action="store_true")
    options = parser.parse_args()
    if options.golden:
        return write_golden(options.out or HERE / "decoded.json")
    if not (options.file and options.out):
        parser.error("expected a file and --out")
    file = File(options.file.read_bytes(), options.model and options.model.read_bytes())
    kernels = file.description["kernels"]
    others = f"made with the {kernels} kernels, whose sums those of this reader are not"
    if kernels != "naive":
        require(not file.is_lossless, f"{others}: what is lossless needs compress --kernels naive")
        print(f"note: {others}; some values may differ by one", file=sys.stderr)
    values = decode_images(file)
    if file.is_lossless:
        options.out.write_bytes(original_file(file, values))
    else:
        with options.out.open("wb") as out:
            np.save(out, values)


if __name__ == "__main__":
    try:
        main()
    except (OSError, ValueError) as error:
        sys.exit(f"decode.py: {error}.")
