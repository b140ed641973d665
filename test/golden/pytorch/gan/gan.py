"""A GAN made with isthmus, for PyTorch.

    model, optimizer = load("this/folder")  # one optimizer for both networks
    generated = from_network(model.sample(64))
    model.backward(to_network(images))  # to go on training, before optimizer.step(); images [batch, ...] as they are stored
    save(model, optimizer, "other/folder")  # isthmus import reads it
"""

import json
import math
from pathlib import Path

import torch
from torch import nn

INPUT_SHAPE = (3, 4)
SHIFT, SCALE = 0, 255


class GAN(nn.Module):
    """The generator makes samples of codes, the discriminator a logit of samples: above 0 for real ones.

    Samples are [batch, features], in the network's units: (stored - SHIFT) / SCALE.
    """

    def __init__(self):
        super().__init__()
        self.generator = nn.Sequential(
            nn.Linear(3, 6),
            nn.LeakyReLU(0.2),
            nn.Linear(6, 8),
            nn.LeakyReLU(0.2),
            nn.Linear(8, 12),
            nn.Sigmoid(),
        )
        self.discriminator = nn.Sequential(
            nn.Linear(12, 7),
            nn.LeakyReLU(0.2),
            nn.Linear(7, 5),
            nn.LeakyReLU(0.2),
            nn.Linear(5, 1),
        )

    def forward(self, codes):
        return self.generator(codes)

    def draw_codes(self, count):
        return torch.randn(count, 3, device=next(self.parameters()).device)

    @torch.no_grad()
    def sample(self, count):
        """New samples [count, features], in the network's units."""
        return self.generator(self.draw_codes(count))

    def discriminate(self, x):
        """How sure the discriminator is that samples are real, from 0 to 1."""
        return self.discriminator(x).sigmoid().flatten()

    def backward(self, x, real_target=0.9, codes=None):
        """Adds the gradients of a step as isthmus takes it without dropout, and returns the losses of generator and discriminator.

        real_target is the discriminator's target for real samples: 1 - label smoothing. codes are drawn if they are None.
        """
        codes = self.draw_codes(len(x)) if codes is None else codes
        of_fake, of_real = self.discriminator(self.generator(codes)), self.discriminator(x)
        bce = nn.functional.binary_cross_entropy_with_logits
        generator_loss = bce(of_fake, torch.ones_like(of_fake))
        discriminator_loss = bce(of_real, torch.full_like(of_real, real_target)) + bce(of_fake, torch.zeros_like(of_fake))
        # Each network learns from its own loss alone.
        generator_loss.backward(inputs=list(self.generator.parameters()), retain_graph=True)
        discriminator_loss.backward(inputs=list(self.discriminator.parameters()))
        return generator_loss.detach(), discriminator_loss.detach()


def to_network(images):
    return ((images.double() - SHIFT) / SCALE).float().flatten(1)


def from_network(outputs):
    return (outputs.double() * SCALE + SHIFT).unflatten(1, INPUT_SHAPE)


def load(folder, device="cpu"):
    """The model, and its optimizer with all that it remembers: None if the folder has no optimizer.safetensors."""
    model = GAN().to(device)
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
    (folder / "gan.py").write_bytes(Path(__file__).read_bytes())
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
