"""Writes types/: weights as PyTorch's users have them. Needs torch.

    python make_types.py

NAME.safetensors holds a model in a type or with a wrapper, float32.safetensors the same weights as float32, NAME-as-float32 what
PyTorch's own .float() makes of a type, patterns.json the SHA-256 of all 65,536 numbers of 16 bits as float32.
"""

import hashlib
import json
import tempfile
from pathlib import Path

import torch
from torch import nn
from torch.nn.parallel import DistributedDataParallel

FOLDER = Path(__file__).parent / "types"
NAMES = {torch.float32: "F32", torch.float16: "F16", torch.bfloat16: "BF16", torch.float64: "F64"}


class Autoencoder(nn.Module):
    def __init__(self):
        super().__init__()
        self.encoder = nn.Sequential(nn.Linear(6, 4), nn.ReLU(), nn.Linear(4, 2))
        self.decoder = nn.Sequential(nn.Linear(2, 4), nn.ReLU(), nn.Linear(4, 6))


def bytes_of(tensor):
    return tensor.contiguous().flatten().view(torch.uint8).numpy().tobytes()


def write(name, tensors):
    """A safetensors file without metadata, as safetensors.torch.save_file writes it: names in their order."""
    header, data = {}, b""
    for key, tensor in sorted(tensors.items()):
        values = bytes_of(tensor)
        header[key] = {"dtype": NAMES[tensor.dtype], "shape": list(tensor.shape), "data_offsets": [len(data), len(data) + len(values)]}
        data += values
    text = json.dumps(header).encode()
    text += b" " * (-len(text) % 8)
    (FOLDER / f"{name}.safetensors").write_bytes(len(text).to_bytes(8, "little") + text + data)


def patterns(dtype):
    """All numbers of 16 bits as float32; NaN is one of many, and here always the same."""
    numbers = torch.arange(65536, dtype=torch.int32).to(torch.uint16).view(dtype).float()
    numbers[numbers.isnan()] = float("nan")
    return hashlib.sha256(bytes_of(numbers)).hexdigest()


FOLDER.mkdir(exist_ok=True)
torch.manual_seed(1)
model = Autoencoder().double()
with torch.no_grad():  # subnormals of float16, of float32 and of neither, halves that round to even, and the largest numbers
    special = [2**-24, 3 * 2**-25, 2**-149, 3 * 2**-150, 1e-300, 1 + 2**-24, 1 + 3 * 2**-24, 65504, -65504, 0.1, -0.0, 1 / 3]
    model.encoder[0].weight.view(-1)[: len(special)] = torch.tensor(special, dtype=torch.float64)
double = {name: tensor.clone() for name, tensor in model.state_dict().items()}
write("float64", double)
for dtype, name in [(torch.float16, "float16"), (torch.bfloat16, "bfloat16")]:
    short = {key: tensor.to(dtype) for key, tensor in double.items()}
    write(name, short)
    write(f"{name}-as-float32", {key: tensor.float() for key, tensor in short.items()})
plain = model.float()
write("float32", plain.state_dict())

with tempfile.TemporaryDirectory() as folder:
    torch.distributed.init_process_group("gloo", init_method=f"file://{folder}/together", rank=0, world_size=1)
    write("ddp", DistributedDataParallel(plain).state_dict())
    write("compile", torch.compile(plain).state_dict())
    write("compile-of-ddp", torch.compile(DistributedDataParallel(plain)).state_dict())
    write("ddp-of-compile", DistributedDataParallel(torch.compile(plain)).state_dict())
    networks = Autoencoder()
    networks.load_state_dict(plain.state_dict())
    networks.encoder = torch.compile(networks.encoder)
    networks.decoder = DistributedDataParallel(networks.decoder)
    write("wrapped-networks", networks.state_dict())
    torch.distributed.destroy_process_group()

digests = {"torch": torch.__version__, "float16": patterns(torch.float16), "bfloat16": patterns(torch.bfloat16)}
(FOLDER / "patterns.json").write_text(json.dumps(digests, indent=2) + "\n")
