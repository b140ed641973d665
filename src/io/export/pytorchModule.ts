/** The Python file beside the weights: the network as PyTorch code, with functions that load and save it. It needs only torch. */

import type { Autoencoder } from '../../autoencoder/autoencoder.ts';
import { isByFeature, type Normalization } from '../../data/samples.ts';
import type { LayerSpec } from '../../layers/spec.ts';
import { namedLayers } from '../model.ts';

const BEGINNING = `"""An autoencoder made with isthmus, for PyTorch.

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

`;

/** A layer that PyTorch doesn't have. */
const TRANSPOSED = `
class Transposed(nn.Module):
    """x W + b, with the weight W [out, in] of another layer: the same numbers, not a copy."""

    def __init__(self, of, bias=True):
        super().__init__()
        self.of = (of,)  # in a tuple, so that its weight is not counted twice
        self.bias = nn.Parameter(torch.zeros(of.in_features)) if bias else None

    def forward(self, x):
        return nn.functional.linear(x, self.of[0].weight.T, self.bias)

`;

const LOAD_AND_SAVE = `


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
`;

/** `autoencoder.py` for this model. The same layers, input shape and normalization give the same text. */
export function pyTorchModule(autoencoder: Autoencoder): string {
  const { encoder, decoder, inputShape } = autoencoder.spec();
  const { scaling, toNetwork, fromNetwork } = scalingCode(autoencoder.normalization);
  const isTied = namedLayers('decoder', decoder).some(({ layer }) => layer.type === 'transposedDense');
  return `${BEGINNING}INPUT_SHAPE = (${inputShape.join(', ')}${inputShape.length === 1 ? ',' : ''})
${scaling}

${isTied ? TRANSPOSED : ''}
class Autoencoder(nn.Module):
    """[batch, features] to the same, in the network's units: (stored - SHIFT) / SCALE."""

    def __init__(self):
        super().__init__()
        self.encoder = ${sequential(encoder, 8)}
        self.decoder = ${sequential(decoder, 8)}

    def forward(self, x):
        return self.decoder(self.encoder(x))


def to_network(images):
    return ${toNetwork}


def from_network(outputs):
    return ${fromNetwork}${LOAD_AND_SAVE}`;
}

/** Python that scales images and scales outputs back. Shifts and scales by feature are tensors, moved to the data's device. */
function scalingCode(normalization: Normalization) {
  if (isByFeature(normalization)) {
    const { shift, scale } = normalization;
    const tensor = (values: readonly number[]) => `torch.tensor([${values.join(', ')}], dtype=torch.float64)`;
    return {
      scaling: `# One of each a feature.\nSHIFT = ${tensor(shift)}\nSCALE = ${tensor(scale)}`,
      toNetwork: '((images.double().flatten(1) - SHIFT.to(images.device)) / SCALE.to(images.device)).float()',
      fromNetwork:
        '(outputs.double() * SCALE.to(outputs.device) + SHIFT.to(outputs.device)).unflatten(1, INPUT_SHAPE)',
    };
  }
  return {
    scaling: `SHIFT, SCALE = ${normalization.shift}, ${normalization.scale}`,
    toNetwork: '((images.double() - SHIFT) / SCALE).float().flatten(1)',
    fromNetwork: '(outputs.double() * SCALE + SHIFT).unflatten(1, INPUT_SHAPE)',
  };
}

/** `nn.Sequential(...)`, one layer per line, in the order of the model's own layers: so the weights have the same names. */
function sequential(layers: readonly LayerSpec[], indent: number): string {
  const inner = ' '.repeat(indent + 4);
  const lines = layers.map((layer) => `${inner}${module(layer, indent + 4)},\n`);
  return `nn.Sequential(\n${lines.join('')}${' '.repeat(indent)})`;
}

function module(layer: LayerSpec, indent: number): string {
  switch (layer.type) {
    case 'dense':
      return `nn.Linear(${layer.inFeatures}, ${layer.outFeatures}${layer.bias ? '' : ', bias=False'})`;
    case 'transposedDense':
      return `Transposed(self.${layer.tiedTo.replace(/\.(\d+)/g, '[$1]')}${layer.bias ? '' : ', bias=False'})`;
    case 'gaussianCode':
      return `GaussianCode(${layer.inFeatures}, ${layer.outFeatures})`;
    case 'sequential':
      return sequential(layer.layers, indent);
    case 'relu':
      return 'nn.ReLU()';
    case 'leakyRelu':
      return `nn.LeakyReLU(${layer.slope})`;
    case 'sigmoid':
      return 'nn.Sigmoid()';
    case 'tanh':
      return 'nn.Tanh()';
    case 'silu':
      return 'nn.SiLU()';
  }
}
