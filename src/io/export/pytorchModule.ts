/**
 * The Python file beside the weights: the network as PyTorch code, with functions that load and save it. It needs only torch.
 * Read pytorchClass.ts first.
 */

import { isByFeature, type Normalization } from '../../data/samples.ts';
import type { ModelSpec } from '../checkSpec.ts';
import type { AnyModel } from '../model.ts';
import { pythonClass } from './pytorchClass.ts';

/** What the file says of itself, by the kind of model. */
const USAGE: Readonly<Record<ModelSpec['type'], string>> = {
  autoencoder: `An autoencoder made with isthmus, for PyTorch.

    model, optimizer = load("this/folder")
    codes = model.encoder(to_network(images))  # images [batch, ...] as they are stored
    restored = from_network(model(to_network(images)))
    save(model, optimizer, "other/folder")  # isthmus import reads it
`,
  vae: `A variational autoencoder made with isthmus, for PyTorch.

    model, optimizer = load("this/folder")
    codes = model.encoder(to_network(images))  # the means; images [batch, ...] as they are stored
    restored = from_network(model(to_network(images)))
    generated = from_network(model.sample(64))
    model.loss(to_network(images)).backward()  # to go on training
    save(model, optimizer, "other/folder")  # isthmus import reads it
`,
  gan: `A GAN made with isthmus, for PyTorch.

    model, optimizer = load("this/folder")  # one optimizer for both networks
    generated = from_network(model.sample(64))
    model.backward(to_network(images))  # to go on training, before optimizer.step(); images [batch, ...] as they are stored
    save(model, optimizer, "other/folder")  # isthmus import reads it
`,
};

const IMPORTS = `"""

import json
import math
from pathlib import Path

import torch
from torch import nn

`;

/** @param name - Of the class. @param file - Of this module. */
const loadAndSave = (name: string, file: string) => `


def load(folder, device="cpu"):
    """The model, and its optimizer with all that it remembers: None if the folder has no optimizer.safetensors."""
    model = ${name}().to(device)
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
    (folder / "${file}").write_bytes(Path(__file__).read_bytes())
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

/** The name of the Python module. */
export function moduleFile(model: AnyModel): 'autoencoder.py' | 'gan.py' {
  return model.spec().type === 'gan' ? 'gan.py' : 'autoencoder.py';
}

/** The Python module for this model. The same layers, input shape and normalization give the same text. */
export function pyTorchModule(model: AnyModel): string {
  const { type, inputShape } = model.spec();
  const { scaling, toNetwork, fromNetwork } = scalingCode(model.normalization);
  const { name, code } = pythonClass(model);
  return `"""${USAGE[type]}${IMPORTS}INPUT_SHAPE = (${inputShape.join(', ')}${inputShape.length === 1 ? ',' : ''})
${scaling}

${code}

def to_network(images):
    return ${toNetwork}


def from_network(outputs):
    return ${fromNetwork}${loadAndSave(name, moduleFile(model))}`;
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
