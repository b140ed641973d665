"""The GAN in PyTorch: `gan.py JOB`. Read common.py first."""

import torch
from common import dense_layers, finish, read_images, read_job, train
from torch import nn
from torch.nn import functional as F

job = read_job()
images = read_images(job.train)
recipe = job.recipe
features = images.shape[1]
generator = nn.Sequential(
    dense_layers([recipe.encodingDim, *recipe.generatorHidden, features], recipe.activation),
    nn.Sigmoid(),
)
discriminator = dense_layers(
    [features, *recipe.discriminatorHidden, 1], recipe.activation, recipe.dropout
)
of_generator, of_discriminator = list(generator.parameters()), list(discriminator.parameters())


def cross_entropy(logits, target):
    return F.binary_cross_entropy_with_logits(logits, torch.full_like(logits, target))


def set_gradients(real):
    """One forward pass; each network gets the gradient of its own loss, with the weights before the step."""
    fake = generator(torch.randn(len(real), recipe.encodingDim))
    on_fake = discriminator(fake)
    cross_entropy(on_fake, 1).backward(inputs=of_generator, retain_graph=True)
    on_real = cross_entropy(discriminator(real), 1 - recipe.labelSmoothing)
    (on_real + cross_entropy(on_fake, 0)).backward(inputs=of_discriminator)


seconds = train(images, of_generator + of_discriminator, recipe, set_gradients)
with torch.inference_mode():
    samples = generator(torch.randn(job.count, recipe.encodingDim))
finish(job, samples, seconds)
