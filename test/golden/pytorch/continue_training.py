"""Goes on training an exported model in PyTorch, ten steps on one batch, with the export's own autoencoder.py:

    python continue_training.py EXPORTED batch.json OUT

OUT gets what the module's save writes, and outputs.json: PyTorch's version, and the codes and restored images of the
batch before the first step.
"""

import importlib.util
import json
import sys
from pathlib import Path

import torch

exported, batch, out = sys.argv[1:]
spec = importlib.util.spec_from_file_location("autoencoder", Path(exported) / "autoencoder.py")
autoencoder = importlib.util.module_from_spec(spec)
spec.loader.exec_module(autoencoder)

torch.set_num_threads(1)
model, optimizer = autoencoder.load(exported)
images = torch.tensor(json.loads(Path(batch).read_text()), dtype=torch.uint8)
x = autoencoder.to_network(images)
with torch.no_grad():
    codes = model.encoder(x)
    restored = autoencoder.from_network(model.decoder(codes))
for _ in range(10):
    optimizer.zero_grad()
    torch.nn.functional.mse_loss(model(x), x).backward()
    optimizer.step()
autoencoder.save(model, optimizer, out)
outputs = {"torch": torch.__version__, "codes": codes.flatten().tolist(), "restored": restored.flatten().tolist()}
(Path(out) / "outputs.json").write_text(json.dumps(outputs))
