"""An autoencoder made with isthmus, for PyTorch.

    model, optimizer = load("this/folder")
    codes = model.encoder(to_network(images))  # images [batch, ...] as they are stored
    restored = from_network(model(to_network(images)))
    save(model, optimizer, "other/folder")  # isthmus import reads it
"""

import json
import math
from pathlib import Path

import torch
from torch import nn

INPUT_SHAPE = (3, 4)
SHIFT, SCALE = 0, 255


class Reshape(nn.Module):
    """Another shape for each sample: (height, width, channels) for images, which PyTorch has with the channels first."""

    def __init__(self, *shape):
        super().__init__()
        self.shape = shape

    def forward(self, x):
        x = x.movedim(1, -1) if x.dim() == 4 else x
        x = x.reshape(len(x), *self.shape)
        return x.movedim(-1, 1) if x.dim() == 4 else x


class Autoencoder(nn.Module):
    """[batch, features] to the same, in the network's units: (stored - SHIFT) / SCALE."""

    def __init__(self):
        super().__init__()
        self.encoder = nn.Sequential(
            Reshape(3, 4, 1),
            nn.Conv2d(1, 3, 3, stride=1, padding=1),
            nn.SiLU(),
            nn.MaxPool2d(2, stride=1, padding=0),
            Reshape(18),
            nn.Linear(18, 3),
        )
        self.decoder = nn.Sequential(
            nn.Linear(3, 12),
            nn.SiLU(),
            Reshape(2, 3, 2),
            nn.Upsample(scale_factor=2, mode="nearest-exact"),
            nn.Conv2d(2, 3, 3, stride=2, padding=1, bias=False),
            nn.SiLU(),
            nn.ConvTranspose2d(3, 2, 3, stride=2, padding=1, output_padding=1),
            nn.MaxPool2d(3, stride=1, padding=1),
            Reshape(48),
            Reshape(4, 6, 2),
            nn.ConvTranspose2d(2, 1, 2, stride=1, padding=1, output_padding=0),
            Reshape(15),
            nn.Linear(15, 12),
        )

    def forward(self, x):
        return self.decoder(self.encoder(x))


def to_network(images):
    return ((images.double() - SHIFT) / SCALE).float().flatten(1)


def from_network(outputs):
    return (outputs.double() * SCALE + SHIFT).unflatten(1, INPUT_SHAPE)


def load(folder, device="cpu"):
    """The model, and its optimizer with all that it remembers: None if the folder has no optimizer.safetensors."""
    model = Autoencoder().to(device)
    weights, model.metadata = read(Path(folder) / "weights.safetensors")
    model.load_state_dict(weights)
    if not (Path(folder) / "optimizer.safetensors").exists():
        return model, None
    moments, metadata = read(Path(folder) / "optimizer.safetensors")
    saved = json.loads(metadata["optimizer"])
    optimizer = getattr(torch.optim, saved["type"])(model.parameters(), lr=saved["options"]["lr"])
    optimizer.param_groups[0].update(saved["options"])
    for name, parameter in model.named_parameters():
        state = {key.rpartition(".")[2]: value.to(device) for key, value in moments.items() if key.startswith(f"{name}.")}
        optimizer.state[parameter] = {"step": torch.tensor(float(saved["step"])), **state}
    return model, optimizer


def save(model, optimizer, folder):
    """Writes what load and isthmus import read. The optimizer may be None."""
    folder = Path(folder)
    folder.mkdir(parents=True, exist_ok=True)
    write(folder / "weights.safetensors", model.state_dict(), model.metadata)
    (folder / "autoencoder.py").write_bytes(Path(__file__).read_bytes())
    (folder / "optimizer.safetensors").unlink(missing_ok=True)
    if optimizer is None:
        return
    moments, step = {}, 0
    for name, parameter in model.named_parameters():
        state = {key: value for key, value in optimizer.state[parameter].items() if value is not None}
        step = int(state.pop("step", 0))
        moments |= {f"{name}.{key}": value for key, value in state.items()}
    options = {key: value for key, value in optimizer.param_groups[0].items() if key != "params"}
    saved = {"type": type(optimizer).__name__, "step": step, "options": options}
    write(folder / "optimizer.safetensors", moments, {"format": "pt", "optimizer": json.dumps(saved, default=float)})


def read(path):
    """A safetensors file: tensors by name, metadata."""
    data = bytearray(path.read_bytes())
    start = 8 + int.from_bytes(data[:8], "little")
    header = json.loads(data[8:start])
    metadata = header.pop("__metadata__", {})
    tensors = {}
    for name, info in header.items():
        count, offset = math.prod(info["shape"]), start + info["data_offsets"][0]
        tensors[name] = torch.frombuffer(data, dtype=torch.float32, count=count, offset=offset).reshape(info["shape"])
    return tensors, metadata


def write(path, tensors, metadata):
    """The same the other way round, as float32."""
    header, end = {"__metadata__": metadata}, 0
    for name, tensor in tensors.items():
        header[name] = {"dtype": "F32", "shape": list(tensor.shape), "data_offsets": [end, end + 4 * tensor.numel()]}
        end += 4 * tensor.numel()
    text = json.dumps(header).encode()
    text += b" " * (-len(text) % 8)
    data = bytearray(len(text).to_bytes(8, "little") + text + bytes(end))
    for name, tensor in tensors.items():
        offset = 8 + len(text) + header[name]["data_offsets"][0]
        target = torch.frombuffer(data, dtype=torch.float32, count=tensor.numel(), offset=offset)
        target.copy_(tensor.detach().flatten())
    path.write_bytes(data)
