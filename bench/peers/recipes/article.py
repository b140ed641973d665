"""The article's recipe in PyTorch: `article.py TRAIN.npy TEST.npy THREADS SEED`. Prints one JSON object."""

import json
import sys
import time

import numpy as np
import torch
from torch import nn

train, test, threads, seed = sys.argv[1:]
torch.set_num_threads(int(threads))
torch.manual_seed(int(seed))


def read(path):
    images = np.load(path)
    return torch.from_numpy(images.reshape(len(images), -1).astype(np.float32) / 255)


images, others = read(train), read(test)
widths = [images.shape[1], 64, 32, 32, 32, 64, images.shape[1]]
layers = []
for i, (rows, columns) in enumerate(zip(widths, widths[1:])):
    layer = nn.Linear(rows, columns)
    nn.init.xavier_uniform_(layer.weight)  # as Keras does
    nn.init.zeros_(layer.bias)
    layers.append(layer)
    if i not in (2, 5):  # the code and the output are linear
        layers.append(nn.ReLU())
model = nn.Sequential(*layers)
optimizer = torch.optim.Adam(model.parameters(), fused=True)

start = time.perf_counter()
for epoch in range(100):
    for rows in torch.randperm(len(images)).split(32):
        x = images[rows]
        optimizer.zero_grad()
        loss = nn.functional.mse_loss(model(x), x)
        loss.backward()
        optimizer.step()
seconds = time.perf_counter() - start

with torch.inference_mode():
    mse = nn.functional.mse_loss(model(others), others).item()
print(json.dumps({'seconds': seconds, 'mse': mse, 'version': torch.__version__}))
