"""Makes convolutions.json with PyTorch in float64: convolutions, pooling, upsampling, and an autoencoder of them.

Run: python make_convolutions.py   (needs torch, whose version is written into the file)

The project's layouts: data [batch, height, width, channels], weights of Conv2d [kernel, kernel, in, out], those of
ConvTranspose2d [kernel, kernel, out, in]; PyTorch's are permuted here. Numbers of single layers are small integers, so
that no sum is rounded, in whatever order: an engine must give exactly these. Those of the autoencoder are not, but its
input and first parameters are float32 numbers, which reading does not round.
"""
import itertools
import json
import pathlib

import torch
from torch import nn
from torch.nn import functional as F

HERE = pathlib.Path(__file__).parent
torch.set_default_dtype(torch.float64)
torch.manual_seed(20240619)

SIZES = [(7, 5), (9, 6)]
SMALL = [(5, 3), (4, 6)]  # of what ConvTranspose2d makes larger
CHANNELS = [(1, 3), (3, 2), (2, 1), (3, 4)]


def arr(t):
    numbers = (float(f"{v:.12g}") for v in t.detach().contiguous().flatten().tolist())
    return {"shape": list(t.shape), "data": [int(v) if v.is_integer() else v for v in numbers]}


def integers(*shape):
    return torch.randint(-9, 10, shape).double()


def from_torch(t):
    return arr(t.permute(0, 2, 3, 1))  # [batch, channels, height, width] to ours


def weight_from_torch(t):
    return arr(t.permute(2, 3, 1, 0))  # [out, in, kernel, kernel] of Conv2d, [in, out, ...] of ConvTranspose2d


def passes(layer, x):
    """Forward and every gradient of a layer, for a dY of integers."""
    x.requires_grad_(True)
    y = layer(x)
    dy = integers(*y.shape)
    y.backward(dy)
    return {"x": from_torch(x), "y": from_torch(y), "dY": from_torch(dy), "dX": from_torch(x.grad)}


def with_weights(layer, x):
    with torch.no_grad():
        for p in layer.parameters():
            p.copy_(integers(*p.shape))
    return {"weight": weight_from_torch(layer.weight), "bias": arr(layer.bias)} | passes(layer, x) | {
        "dWeight": weight_from_torch(layer.weight.grad),
        "dBias": arr(layer.bias.grad),
    }


def convolutions(make, sizes, is_transposed=False):
    cases = []
    for i, (stride, padding, kernel, size) in enumerate(itertools.product([1, 2], [0, 1], [3, 4], sizes)):
        inside, outside = CHANNELS[i * 3 // 2 % 4]  # so that each size and each kernel meets several
        options = {"kernelSize": kernel, "stride": stride, "padding": padding}
        extra = {}
        if is_transposed:
            # Makes sense only for a stride above 1; there with half of the sizes, kernels and paddings.
            extra = {"output_padding": (i + i // 2 + i // 4) % stride}
            options |= {"outputPadding": extra["output_padding"]}
        layer = make(inside, outside, kernel, stride, padding, **extra)
        golden = with_weights(layer, integers(1 + i % 2, inside, *size))
        cases.append({"inChannels": inside, "outChannels": outside, "options": options} | golden)
    return cases


def max_pooling():
    cases = []
    for (kernel, stride, padding), size in itertools.product(
        [(2, 2, 0), (2, 1, 1), (3, 2, 1), (3, 3, 0), (3, 1, 1)], SIZES
    ):
        # All different, so that no window has two largest ones; less than 0, so that padding must not count as 0.
        x = -1 - torch.randperm(3 * size[0] * size[1]).double().reshape(1, 3, *size)
        options = {"kernelSize": kernel, "stride": stride, "padding": padding}
        cases.append({"options": options} | passes(nn.MaxPool2d(kernel, stride, padding), x))
    # Several largest ones in a window, as behind a ReLU: the first of them has the gradient.
    ties = torch.randint(0, 3, (1, 2, 6, 6)).double()
    options = {"kernelSize": 3, "stride": 2, "padding": 1}
    cases.append({"options": options} | passes(nn.MaxPool2d(3, 2, 1), ties))
    return cases


def upsampling():
    return [
        {"options": {"factor": factor}} | passes(nn.Upsample(scale_factor=factor, mode="nearest"), integers(2, 3, 3, 2))
        for factor in [1, 2, 3]
    ]


def autoencoder():
    """[8, 12, 1] to a code of 3 numbers and back; a ReLU after each layer but the code and the output."""
    torch.manual_seed(6)  # its figures do not hang on how many layers there are above
    batch, size = 5, (8, 12)
    layers = [
        nn.Conv2d(1, 3, 3, 2, 1),
        nn.Conv2d(3, 4, 3, 2, 1),
        nn.Linear(24, 3),
        nn.Linear(3, 24),
        nn.ConvTranspose2d(4, 3, 3, 2, 1, output_padding=1),
        nn.ConvTranspose2d(3, 1, 4, 2, 1),
    ]
    params = [p for layer in layers for p in (layer.weight, layer.bias)]

    def coarse(t):
        return (t * 1024).round() / 1024

    with torch.no_grad():
        for p in params:
            p.copy_(coarse(p * 2))
    x = coarse(torch.rand(batch, 1, *size))
    nearest_to_kink = []

    def relu(t):
        nearest_to_kink.append(t.abs().min().item())
        return torch.relu(t)

    def forward():
        conv1, conv2, to_code, from_code, up1, up2 = layers
        h = relu(conv2(relu(conv1(x))))
        # Flat in our order: [height, width, channels].
        code = to_code(h.permute(0, 2, 3, 1).reshape(batch, 24))
        h = relu(from_code(code)).reshape(batch, 2, 3, 4).permute(0, 3, 1, 2)
        return up2(relu(up1(h))), code

    def dump(of):
        def layout(layer, t):
            if t.dim() == 1:
                return arr(t)
            return arr(t.T) if isinstance(layer, nn.Linear) else weight_from_torch(t)

        return [{"weight": layout(l, of(l.weight)), "bias": layout(l, of(l.bias))} for l in layers]

    def flat(t):
        return arr(t.permute(0, 2, 3, 1).reshape(batch, -1))

    out = {"imageShape": [*size, 1], "input": flat(x), "parameters": dump(lambda p: p.data)}
    y, code = forward()
    loss = F.mse_loss(y, x)
    loss.backward()
    out |= {"code": arr(code), "output": flat(y), "loss": loss.item(), "gradients": dump(lambda p: p.grad)}
    optimizer = torch.optim.Adam(params, 0.01, eps=1e-7)
    losses = []
    for _ in range(10):
        optimizer.zero_grad()
        loss = F.mse_loss(forward()[0], x)
        losses.append(loss.item())
        loss.backward()
        optimizer.step()
    out["ten steps of adam lr=0.01 epsilon=1e-7"] = {
        "losses_before_each_step": losses,
        "parameters_after": dump(lambda p: p.data),
    }
    print("nearest to a kink of ReLU:", min(nearest_to_kink))
    assert min(nearest_to_kink) > 1e-5  # further than rounding to float32 moves it
    return out


golden = {
    "conv2d": convolutions(nn.Conv2d, SIZES),
    "convTranspose2d": convolutions(nn.ConvTranspose2d, SMALL, is_transposed=True),
    "maxPool2d": max_pooling(),
    "upsample2d": upsampling(),
    "autoencoder": autoencoder(),
    "made_with": f"torch {torch.__version__}, float64",
}
file = HERE / "convolutions.json"
file.write_text(json.dumps(golden, separators=(",", ":")) + "\n")
print(file.name, file.stat().st_size, "bytes")
