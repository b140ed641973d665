"""Goes on training an exported autoencoder in many processes, on as many machines as torchrun is told of:

    isthmus export --model RUN/checkpoint.safetensors --format pytorch --out EXPORTED
    torchrun --standalone --nproc-per-node 2 train.py EXPORTED images.npy TRAINED --epochs 2
    isthmus import --format pytorch --weights TRAINED --out trained.safetensors

Every process has the whole model and a part of each epoch's images; DistributedDataParallel averages their gradients.
The loss is the mean squared error.
"""

import argparse
import sys

import numpy as np
import torch
import torch.distributed as dist
from torch.nn.functional import mse_loss
from torch.nn.parallel import DistributedDataParallel
from torch.utils.data import DataLoader, DistributedSampler, TensorDataset

parser = argparse.ArgumentParser()
parser.add_argument("exported")
parser.add_argument("images", help="the .npy that the model was trained on, or one like it")
parser.add_argument("trained", help="the folder to write")
parser.add_argument("--epochs", type=int, default=10)
parser.add_argument("--batch-size", type=int, default=32, help="of each process")
options = parser.parse_args()

sys.path.insert(0, options.exported)
import autoencoder  # noqa: E402, the module that was exported

dist.init_process_group("gloo")  # between processors; nccl between GPUs
model, optimizer = autoencoder.load(options.exported)
if optimizer is None:
    optimizer = torch.optim.Adam(model.parameters(), lr=1e-3, eps=1e-7)  # isthmus's defaults
clip_norm = optimizer.param_groups[0].get("clip_norm")
images = TensorDataset(torch.from_numpy(np.load(options.images)))
sampler = DistributedSampler(images, seed=0)
batches = DataLoader(images, options.batch_size, sampler=sampler)
replica = DistributedDataParallel(model)

for epoch in range(options.epochs):
    sampler.set_epoch(epoch)  # another order each time
    total = torch.zeros(2)
    for (batch,) in batches:
        x = autoencoder.to_network(batch)
        loss = mse_loss(replica(x), x)
        optimizer.zero_grad()
        loss.backward()
        if clip_norm:
            torch.nn.utils.clip_grad_norm_(model.parameters(), clip_norm)
        optimizer.step()
        total += torch.tensor([loss.item() * len(x), len(x)])
    dist.all_reduce(total)
    if dist.get_rank() == 0:
        print(f"epoch {epoch + 1}/{options.epochs}: loss {total[0] / total[1]:.5f}", flush=True)

if dist.get_rank() == 0:
    autoencoder.save(model, optimizer, options.trained)
dist.barrier()  # nobody leaves while the first is still saving
dist.destroy_process_group()
