"""Goes on training an exported variational autoencoder or GAN in PyTorch, ten steps on one batch:

    python continue_generative.py EXPORTED batch.json noise.json OUT

noise.json has the codes of each step of a GAN, and what is added to the codes of a variational autoencoder, whose beta is
0.5 here. OUT gets what the module's save writes, and outputs.json: PyTorch's version and, before the first step, what the
networks make of the batch or of the first noise, and the losses.
"""

import importlib.util
import json
import sys
from pathlib import Path

import torch

exported, batch, noise, out = sys.argv[1:]
[path] = Path(exported).glob("*.py")
spec = importlib.util.spec_from_file_location(path.stem, path)
module = importlib.util.module_from_spec(spec)
spec.loader.exec_module(module)

torch.set_num_threads(1)
model, optimizer = module.load(exported)
x = module.to_network(torch.tensor(json.loads(Path(batch).read_text()), dtype=torch.uint8))
draws = torch.tensor(json.loads(Path(noise).read_text()))
is_gan = path.stem == "gan"


def losses(draw):
    """Adds the gradients."""
    if is_gan:
        return model.backward(x, codes=draw)
    loss = model.loss(x, beta=0.5, epsilon=draw)
    loss.backward()
    return [loss]


with torch.no_grad():
    if is_gan:
        outputs = {"generated": module.from_network(model(draws[0])), "probability": model.discriminate(x)}
    else:
        codes, log_variance = model.distribution(x)
        restored = module.from_network(model(x))
        outputs = {"codes": codes, "logVariance": log_variance, "restored": restored}
for step, draw in enumerate(draws):
    optimizer.zero_grad()
    each = losses(draw)
    if step == 0:
        outputs["losses"] = torch.stack([loss.detach() for loss in each])
    optimizer.step()
module.save(model, optimizer, out)
outputs = {name: values.flatten().tolist() for name, values in outputs.items()}
(Path(out) / "outputs.json").write_text(json.dumps({"torch": torch.__version__, **outputs}))
