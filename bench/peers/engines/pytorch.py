"""PyTorch: `pytorch.py THREADS [fused|compiled] [channels-last]`; `compiled` has the fused Adam, too. `channels-last` is how
images lie in memory. Read serve.mjs first: the protocol."""

import json
import sys
import time

import torch
from torch import nn

torch.set_num_threads(int(sys.argv[1]))
COMPILED = 'compiled' in sys.argv
FUSED = COMPILED or 'fused' in sys.argv
LAYOUT = torch.channels_last if 'channels-last' in sys.argv else torch.contiguous_format


def read(path):
    with open(path, 'rb') as file:
        return torch.frombuffer(bytearray(file.read()), dtype=torch.float32)


def write(path, tensor):
    with open(path, 'wb') as file:
        file.write(tensor.contiguous().numpy().tobytes())


class Repeating:
    """Work that is done again and again with the same outcome."""

    def __init__(self, run):
        self.once = run

    def prove(self, out):
        start = time.perf_counter()
        result = self.once()
        elapsed = time.perf_counter() - start
        write(out, result)
        return {'ms': elapsed * 1000}

    def run(self, ms):
        start = time.perf_counter()
        times = 0
        elapsed = 0
        while times == 0 or elapsed * 1000 < ms:
            self.once()
            times += 1
            elapsed = time.perf_counter() - start
        return {'ms': elapsed * 1000 / times}


def product(operation, size, a, b, out):
    a, b = (read(path).reshape(size, size) for path in (a, b))
    a, b = a.T if operation == 'tn' else a, b.T if operation == 'nt' else b
    c = torch.empty(size, size)
    work = Repeating(lambda: torch.mm(a, b, out=c))
    return work, work.prove(out)


def build(widths, weights):
    """nn.Linear keeps its weight as [out, in]: the file's, transposed."""
    values = read(weights)
    offset = 0
    layers = []
    count = len(widths) - 1
    for i in range(count):
        rows, columns = widths[i], widths[i + 1]
        linear = nn.Linear(rows, columns)
        with torch.no_grad():
            linear.weight.copy_(values[offset : offset + rows * columns].reshape(rows, columns).T)
            offset += rows * columns
            linear.bias.copy_(values[offset : offset + columns])
            offset += columns
        layers.append(linear)
        if i not in (count // 2 - 1, count - 1):
            layers.append(nn.ReLU())
    return nn.Sequential(*layers)


def convolution(inChannels, outChannels, kernelSize, stride, padding, bias, parameters):
    """PyTorch keeps the weight as [out, in, height, width]; the file has [height, width, in, out]."""
    layer = nn.Conv2d(inChannels, outChannels, kernelSize, stride, padding, bias=bias)
    weight, bias = next(parameters), next(parameters)
    with torch.no_grad():
        layer.weight.copy_(weight.reshape(kernelSize, kernelSize, inChannels, outChannels).permute(3, 2, 0, 1))
        layer.bias.copy_(bias)
    return layer


LAYERS = {
    'relu': nn.ReLU,
    'maxPool2d': lambda kernelSize, stride, padding: nn.MaxPool2d(kernelSize, stride, padding),
    'upsample2d': lambda factor: nn.Upsample(scale_factor=factor),
}


def build_convolutional(network, weights):
    specs = network['encoder'] + network['decoder']
    convolutions = [spec for spec in specs if spec['type'] == 'conv2d']
    lengths = [
        length
        for spec in convolutions
        for length in (spec['kernelSize'] ** 2 * spec['inChannels'] * spec['outChannels'], spec['outChannels'])
    ]
    parameters = iter(read(weights).split(lengths))
    layers = []
    for spec in specs:
        options = {name: value for name, value in spec.items() if name != 'type'}
        if spec['type'] == 'conv2d':
            layers.append(convolution(**options, parameters=parameters))
        else:
            layers.append(LAYERS[spec['type']](**options))
    return nn.Sequential(*layers).to(memory_format=LAYOUT)


def prediction(widths, images, weights, count, out):
    model = build(widths, weights)
    x = read(images).reshape(count, widths[0])

    def run():
        with torch.inference_mode():
            return model(x)

    work = Repeating(run)
    return work, work.prove(out)


# The first step of an optimizer imports much of PyTorch: not in the middle of a check.
torch.optim.Adam([nn.Parameter(torch.zeros(1))]).step()


class Training:
    """`compute_loss` takes what the model made of the images, and the images."""

    def __init__(self, model, images, compute_loss, batchSize, count, adam):
        self.model = model
        self.images = images
        self.compute_loss = compute_loss
        self.optimizer = torch.optim.Adam(
            self.model.parameters(),
            lr=adam['learningRate'],
            betas=(adam['beta1'], adam['beta2']),
            eps=adam['epsilon'],
            fused=FUSED,
        )
        self.batch_size = batchSize
        self.all_steps = -(-count // batchSize)
        self.step_ms = 0
        self.loss = torch.compile(self.plain_loss) if COMPILED else self.plain_loss
        if COMPILED:
            self.loss(self.images[:batchSize]).backward()  # compiles, which takes many seconds: not in the check

    def plain_loss(self, x):
        return self.compute_loss(self.model(x), x)

    def epoch(self, steps):
        rows = torch.randperm(len(self.images))[: steps * self.batch_size]
        loss_sum = torch.zeros(())
        for some in rows.split(self.batch_size):
            x = self.images[some]
            self.optimizer.zero_grad()
            loss = self.loss(x)
            loss.backward()
            self.optimizer.step()
            loss_sum += loss.detach() * len(some)
        return loss_sum.item() / len(rows)

    def check(self, epochs, limitMs, atLeast):
        losses = []
        start = time.perf_counter()
        while len(losses) < epochs:
            before = time.perf_counter()
            losses.append(self.epoch(self.all_steps))
            now = time.perf_counter()
            self.step_ms = (now - before) * 1000 / self.all_steps
            if len(losses) >= atLeast and (now - start) * 1000 > limitMs:
                break
        return {'losses': losses}

    def run(self, ms):
        steps = max(1, min(self.all_steps, round(ms / self.step_ms)))
        start = time.perf_counter()
        images = 0
        elapsed = 0
        while images == 0 or elapsed * 1000 < 0.7 * ms:
            self.epoch(steps)
            images += min(steps * self.batch_size, len(self.images))
            elapsed = time.perf_counter() - start
        return {'ms': elapsed * 1000 / images}


def training(images, weights, count, features, widths=None, network=None, **options):
    x = read(images)[: count * features]
    if network is None:
        model, x, loss = build(widths, weights), x.reshape(count, features), nn.functional.mse_loss
    else:
        side = round(features**0.5)
        x = x.reshape(count, 1, side, side).contiguous(memory_format=LAYOUT)
        model, loss = build_convolutional(network, weights), nn.functional.binary_cross_entropy_with_logits
    return Training(model, x, loss, count=count, **options), {}


PREPARE = {'product': product, 'prediction': prediction, 'training': training}

work = None
for line in sys.stdin:
    options = json.loads(line)
    command = options.pop('cmd')
    try:
        if command in PREPARE:
            work, reply = PREPARE[command](**options)
        else:
            reply = getattr(work, command)(**options)
    except Exception as error:
        reply = {'error': str(error)}
    print(json.dumps(reply), flush=True)
