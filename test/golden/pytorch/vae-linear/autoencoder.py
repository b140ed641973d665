"""A variational autoencoder made with isthmus, for PyTorch.

    model, optimizer = load("this/folder")
    codes = model.encoder(to_network(images))  # the means; images [batch, ...] as they are stored
    restored = from_network(model(to_network(images)))
    generated = from_network(model.sample(64))
    model.loss(to_network(images)).backward()  # to go on training
    save(model, optimizer, "other/folder")  # isthmus import reads it
"""

import json
import math
from pathlib import Path

import torch
from torch import nn

INPUT_SHAPE = (3, 4)
SHIFT, SCALE = 0, 255


class GaussianCode(nn.Module):
    """The mean and the logarithm of the variance of each number of a code. Its output is the mean."""

    def __init__(self, in_features, out_features):
        super().__init__()
        self.mean = nn.Linear(in_features, out_features)
        self.logVariance = nn.Linear(in_features, out_features)

    def forward(self, x):
        return self.mean(x)


class VariationalAutoencoder(nn.Module):
    """[batch, features] to the same, in the network's units: (stored - SHIFT) / SCALE."""

    def __init__(self):
        super().__init__()
        self.encoder = nn.Sequential(
            nn.Linear(12, 8),
            nn.SiLU(),
            nn.Linear(8, 5),
            nn.SiLU(),
            GaussianCode(5, 3),
        )
        self.decoder = nn.Sequential(
            nn.Linear(3, 5),
            nn.SiLU(),
            nn.Linear(5, 8),
            nn.SiLU(),
            nn.Linear(8, 12),
        )

    def forward(self, x):
        return self.decoder(self.encoder(x))

    def distribution(self, x):
        """The mean and the logarithm of the variance of each number of the codes."""
        hidden, last = self.encoder[:-1](x), self.encoder[-1]
        return last.mean(hidden), last.logVariance(hidden)

    def loss(self, x, beta=1, epsilon=None):
        """What isthmus minimises, in nats for each sample: -log p(x | code) + beta KL. epsilon is drawn if it is None."""
        mean, log_variance = self.distribution(x)
        epsilon = self.draw_codes(len(x)) if epsilon is None else epsilon
        codes = mean + (log_variance / 2).exp() * epsilon
        reconstruction = ((self.decoder(codes) - x) ** 2).sum() / 2
        kl = (mean**2 + log_variance.exp() - 1 - log_variance).sum() / 2
        return (reconstruction + beta * kl) / len(x)

    def draw_codes(self, count):
        return torch.randn(count, 3, device=next(self.parameters()).device)

    @torch.no_grad()
    def sample(self, count):
        """New samples [count, features], in the network's units."""
        return self.decoder(self.draw_codes(count))


def to_network(images):
    return ((images.double() - SHIFT) / SCALE).float().flatten(1)


def from_network(outputs):
    return (outputs.double() * SCALE + SHIFT).unflatten(1, INPUT_SHAPE)


def load(folder, device="cpu"):
    """The model, and its optimizer with all that it remembers: None if the folder has no optimizer.safetensors."""
    model = VariationalAutoencoder().to(device)
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
