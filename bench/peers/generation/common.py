"""What vae.py and gan.py share: the job, which comes as JSON in their only argument, the data, the layers, the learning rate.

A job has `train` and `test` (uint8 .npy), `out` (a .npy to write the samples to), `count` (of samples), `seed`, `threads` and
`recipe` (recipes.mjs).
"""

import json
import sys
import time
from types import SimpleNamespace

import numpy as np
import torch
from torch import nn


def read_job():
    job = json.loads(sys.argv[1], object_hook=lambda values: SimpleNamespace(**values))
    torch.set_num_threads(job.threads)
    torch.set_flush_denormal(True)  # averages of gradients that are 0 shrink to denormal numbers, which are slow
    torch.manual_seed(job.seed)
    return job


def read_images(path):
    images = np.load(path)
    return torch.from_numpy(images.reshape(len(images), -1).astype(np.float32) / 255)


ACTIVATIONS = {'relu': nn.ReLU, 'leakyRelu': lambda: nn.LeakyReLU(0.2), 'silu': nn.SiLU}


def dense_layers(widths, activation, dropout=0.0):
    """Linear layers with the activation of this name, and dropout, after each but the last."""
    layers = []
    for i, (inputs, outputs) in enumerate(zip(widths, widths[1:])):
        layer = nn.Linear(inputs, outputs)
        nn.init.xavier_uniform_(layer.weight)
        nn.init.zeros_(layer.bias)
        layers.append(layer)
        if i < len(widths) - 2:
            layers.append(ACTIVATIONS[activation]())
            if dropout > 0:
                layers.append(nn.Dropout(dropout))
    return nn.Sequential(*layers)


def train(images, parameters, recipe, set_gradients):
    """Calls set_gradients(batch) before each step of Adam. Returns the seconds."""
    beta1 = getattr(recipe, 'beta1', 0.9)
    optimizer = torch.optim.Adam(
        parameters, lr=recipe.learningRate, betas=(beta1, 0.999), eps=1e-7, fused=True
    )
    steps = recipe.epochs * -(-len(images) // recipe.batchSize)
    scheduler = None
    if recipe.schedule == 'linear':
        scheduler = torch.optim.lr_scheduler.LambdaLR(optimizer, lambda step: 1 - step / steps)
    start = time.perf_counter()
    for _ in range(recipe.epochs):
        for rows in torch.randperm(len(images)).split(recipe.batchSize):
            optimizer.zero_grad()
            set_gradients(images[rows])
            optimizer.step()
            if scheduler:
                scheduler.step()
    return time.perf_counter() - start


def finish(job, samples, seconds, **figures):
    """Writes the samples and prints what is left to say as a JSON object."""
    np.save(job.out, samples.numpy())
    print(json.dumps({'seconds': seconds, **figures}))
