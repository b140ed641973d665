"""Makes regularized.json with PyTorch: ten steps of Adam on a tied autoencoder with an L1 penalty on its code.

Run: python make_regularized.py   (needs torch; its version is written into the file)

12-8-3-8-12, ReLU behind the hidden layers, code and output linear. The decoder's weights are the encoder's, transposed;
its biases are its own. Weights are stored [in, out], everything is computed in float64. Losses are the mean squared error
before each step, without the penalty that is minimised with it.
"""
import json
import pathlib

import torch

torch.set_default_dtype(torch.float64)
torch.manual_seed(20251125)
HERE = pathlib.Path(__file__).parent
STRENGTH, BATCH = 0.01, 7


def numbers(tensor):
    return [float(f"{value:.12g}") for value in tensor.detach().flatten().tolist()]


w1, w2 = torch.empty(12, 8), torch.empty(8, 3)
for weight in (w1, w2):
    torch.nn.init.xavier_uniform_(weight)
biases = [torch.empty(n).uniform_(-0.1, 0.1) for n in (8, 3, 8, 12)]
x = torch.rand(BATCH, 12)
# In the order of the engine's parameters: encoder weights and biases, then the decoder's biases.
parameters = [w1, biases[0], w2, biases[1], biases[2], biases[3]]
before = [numbers(parameter) for parameter in parameters]
for parameter in parameters:
    parameter.requires_grad_()


def forward():
    code = torch.relu(x @ w1 + biases[0]) @ w2 + biases[1]
    return torch.relu(code @ w2.T + biases[2]) @ w1.T + biases[3], code


optimizer = torch.optim.Adam(parameters, lr=0.01, eps=1e-8)
losses, gradients = [], []
for step in range(10):
    output, code = forward()
    mse = ((output - x) ** 2).mean()
    penalty = STRENGTH * code.abs().sum(1).mean()
    optimizer.zero_grad()
    (mse + penalty).backward()
    if step == 0:
        gradients = [numbers(parameter.grad) for parameter in parameters]
    losses.append(float(mse.detach()))
    optimizer.step()

contents = {
    "made_with": f"torch {torch.__version__}, float64",
    "strength": STRENGTH,
    "input": {"shape": [BATCH, 12], "data": numbers(x)},
    "parameters": before,
    "gradients": gradients,
    "losses_before_each_step": losses,
    "parameters_after": [numbers(parameter) for parameter in parameters],
}
(HERE / "regularized.json").write_text(json.dumps(contents) + "\n")
