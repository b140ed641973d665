"""The variational autoencoder in PyTorch: `vae.py JOB`. Read common.py first."""

import torch
from common import dense_layers, finish, read_images, read_job, train
from torch.nn import functional as F

job = read_job()
images, others = read_images(job.train), read_images(job.test)
recipe = job.recipe
features = images.shape[1]
# The encoder gives a mean and a log-variance for each number of the code, the decoder a logit for each pixel.
encoder = dense_layers([features, *recipe.hidden, 2 * recipe.encodingDim], recipe.activation)
decoder = dense_layers([recipe.encodingDim, *reversed(recipe.hidden), features], recipe.activation)


def negative_elbo(x):
    """In nats, summed over the images x."""
    mean, log_variance = encoder(x).chunk(2, dim=1)
    code = mean + torch.exp(log_variance / 2) * torch.randn_like(mean)
    reconstruction = F.binary_cross_entropy_with_logits(decoder(code), x, reduction='sum')
    kl = (mean**2 + torch.exp(log_variance) - 1 - log_variance).sum() / 2
    return reconstruction + kl


def set_gradients(x):
    (negative_elbo(x) / len(x)).backward()


seconds = train(images, [*encoder.parameters(), *decoder.parameters()], recipe, set_gradients)
with torch.inference_mode():
    elbo = negative_elbo(others).item() / len(others)
    samples = torch.sigmoid(decoder(torch.randn(job.count, recipe.encodingDim)))
finish(job, samples, seconds, negativeElbo=elbo)
