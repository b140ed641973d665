"""The figures of test/vae/fashion.long.test.ts: python fashion.py fashion-train-10k.npy

A variational autoencoder in PyTorch, float64, 784-400-20-400-784, batches of 128, Adam with 1e-3. Weights, order of samples
and draws are those of isthmus with seed 1: its generator is written here once more (src/tensor/random.ts names the sources),
and so are the seeds of its steps (src/training/noise.ts). Prints the mean loss of each epoch and its KL divergence.

Made with PyTorch 2.13.0; takes half a minute."""
import math
import sys
import numpy as np
import torch
import torch.nn.functional as F

MASK = 2**32 - 1
SEED, EPOCHS, BATCH, CODE = 1, 3, 128, 20
SHAPES = [(784, 400), (400, CODE), (400, CODE), (CODE, 400), (400, 784)]  # hidden, mean, log-variance, hidden, output


def mix(h):  # MurmurHash3's 32-bit finalizer
    h = (h ^ h >> 16) * 0x85EBCA6B & MASK
    h = (h ^ h >> 13) * 0xC2B2AE35 & MASK
    return h ^ h >> 16


class Random:  # xoshiro128**
    def __init__(self, seed):
        halves, word, self.s = [seed & MASK, seed >> 32], 0, []
        for i in range(4):
            word = mix((word ^ halves[i % 2]) + 0x9E3779B9 & MASK)
            self.s.append(word)

    def uint32(self):
        a, b, c, d = self.s
        x = b * 5 & MASK
        result = ((x << 7 | x >> 25) & MASK) * 9 & MASK
        t = b << 9 & MASK
        c ^= a
        d ^= b
        self.s = [a ^ d, b ^ c, c ^ t, (d << 11 | d >> 21) & MASK]
        return result

    def uniform(self):
        high = self.uint32() >> 11
        return (high * 2**32 + self.uint32()) / 2**53

    def normals(self, count):  # the polar method, in pairs; count is even
        out = []
        while len(out) < count:
            x, y = self.uint32() / 2**31 - 1, self.uint32() / 2**31 - 1
            square = x * x + y * y
            if 0 < square < 1:
                factor = math.sqrt(-2 * math.log(square) / square)
                out += [x * factor, y * factor]
        return torch.tensor(np.array(out, "f4").reshape(-1, CODE)).double()

    def shuffled(self, count):  # Fisher and Yates
        items = list(range(count))
        for last in range(count - 1, 0, -1):
            bound, limit = last + 1, 2**32 - 2**32 % (last + 1)
            draw = self.uint32()
            while draw >= limit:
                draw = self.uint32()
            other = draw % bound
            items[last], items[other] = items[other], items[last]
        return torch.tensor(items)


def glorot(random, fan_in, fan_out):
    limit = math.sqrt(6 / (fan_in + fan_out))
    values = [-limit + 2 * limit * random.uniform() for _ in range(fan_in * fan_out)]
    return torch.tensor(np.array(values, "f4").reshape(fan_in, fan_out)).double().requires_grad_()


images = np.load(sys.argv[1]).reshape(-1, 784)
x_all = torch.tensor((images / 255).astype("f4")).double()
random = Random(SEED)
layers = [(glorot(random, *shape), torch.zeros(shape[1], dtype=torch.float64, requires_grad=True)) for shape in SHAPES]
hidden, mean, log_variance, back, output = [lambda x, w=w, b=b: x @ w + b for w, b in layers]
optimizer = torch.optim.Adam([p for layer in layers for p in layer], 1e-3, eps=1e-7)
for epoch in range(1, EPOCHS + 1):
    sums = np.zeros(2)
    for step, rows in enumerate(random.shuffled(len(x_all)).split(BATCH)):
        x = x_all[rows]
        noise = Random((random.s[0] + epoch) % 2**32 * 2**21 + step)
        h = F.relu(hidden(x))
        mu, v = mean(h), log_variance(h)
        z = mu + (v / 2).exp() * noise.normals(len(x) * CODE)
        logits = output(F.relu(back(z)))
        reconstruction = F.binary_cross_entropy_with_logits(logits, x, reduction="sum") / len(x)
        kl = (mu**2 + v.exp() - 1 - v).sum() / 2 / len(x)
        optimizer.zero_grad()
        (reconstruction + kl).backward()
        optimizer.step()
        sums += len(x) * np.array([(reconstruction + kl).item(), kl.item()])
    print(epoch, *(f"{value:.4f}" for value in sums / len(x_all)))
