"""FDA's view against the definition, in float64 and loops."""

import cmath
import math

import numpy as np
import pytest
import torch
from helpers import make_batch, tiny_segmentor
from mmseg.registry import MODELS
from torch.testing import assert_close

from mmseg_uda.models.views import DomainView, FourierTransfer
from mmseg_uda.registry import VIEWS
from mmseg_uda.structures import PixelRange, Step


def pixels(count, size, seed):
    rng = np.random.default_rng(seed)
    return torch.from_numpy(rng.uniform(0, 255, (count, 3, *size)))


def spectrum(image):
    """The Fourier transform of one channel, a frequency at a time."""
    height, width = image.shape
    return {
        (v, u): sum(
            image[y, x] * cmath.exp(-2j * math.pi * (v * y / height + u * x / width))
            for y in range(height)
            for x in range(width)
        )
        for v in range(height)
        for u in range(width)
    }


def reference(image, style, b, window):
    """One channel; a dict by frequency is inverted term by term."""
    height, width = image.shape
    ours, theirs = spectrum(image), spectrum(style)
    for v, u in ours:
        if window == "corners":  # the first and last b rows and columns
            low = (v < b or v >= height - b) and (u < b or u >= width - b)
        else:
            low = min(v, height - v) <= b and min(u, width - u) <= b
        if low:
            phase = cmath.exp(1j * cmath.phase(ours[v, u]))
            ours[v, u] = abs(theirs[v, u]) * phase
    out = np.zeros((height, width))
    for (v, u), value in ours.items():
        if u > width // 2:
            continue  # a real image is told by one half; the rest is its mirror image
        twice = 1 if u == 0 or 2 * u == width else 2
        for y in range(height):
            for x in range(width):
                wave = cmath.exp(2j * math.pi * (v * y / height + u * x / width))
                out[y, x] += twice * (value * wave).real / (height * width)
    return out


@pytest.mark.parametrize("window", ["corners", "centred"])
@pytest.mark.parametrize(
    ("size", "beta", "b"),
    [((6, 8), 0.2, 1), ((8, 7), 0.4, 2), ((7, 9), 0.43, 3), ((6, 8), 0.1, 0)],
)
@pytest.mark.filterwarnings("ignore:.*changes nothing")
def test_transfer__is_the_definition(window, size, beta, b):
    images, style = pixels(2, size, 0), pixels(2, size, 1)
    view = VIEWS.build(dict(type="FourierTransfer", beta=beta, window=window))
    found = view.transfer(images, style)
    for n in range(2):
        expected = reference(images[n, n].numpy(), style[n, n].numpy(), b, window)
        assert_close(found[n, n].numpy(), expected, rtol=0, atol=1e-8)


def test_centred__is_numpys_shifted_window():
    # the field's way to write it: shift, replace a square of 2b+1, shift back
    images, style = pixels(1, (10, 12), 2), pixels(1, (10, 12), 3)
    ours, theirs = np.fft.fft2(images.numpy()), np.fft.fft2(style.numpy())
    low, other = (
        np.fft.fftshift(abs(ours), (2, 3)),
        np.fft.fftshift(abs(theirs), (2, 3)),
    )
    low[:, :, 3:8, 4:9] = other[:, :, 3:8, 4:9]  # b = 2 about (5, 6)
    expected = np.fft.ifft2(
        np.fft.ifftshift(low, (2, 3)) * np.exp(1j * np.angle(ours))
    ).real
    found = FourierTransfer(beta=0.2, window="centred").transfer(images, style)
    assert_close(found.numpy(), expected, rtol=0, atol=1e-8)


def test_centred__without_a_frequency_swaps_the_mean_colour():
    images = torch.tensor([[0.0, 10.0], [20.0, 30.0]]).expand(1, 3, 2, 2)  # mean 15
    style = torch.full((1, 3, 2, 2), 100.0)
    found = FourierTransfer(beta=0.0, window="centred").transfer(images, style)
    expected = torch.tensor([[85.0, 95.0], [105.0, 115.0]]).expand(1, 3, 2, 2)
    assert_close(found, expected)


@pytest.mark.parametrize("window", ["corners", "centred"])
def test_transfer__of_an_image_to_itself_is_the_image(window):
    images = pixels(2, (16, 20), 4)
    found = FourierTransfer(beta=0.3, window=window).transfer(images, images)
    assert_close(found, images, rtol=0, atol=1e-9)


def test_corners__of_less_than_a_frequency_warn_and_change_nothing():
    images, style = pixels(1, (16, 20), 5), pixels(1, (16, 20), 6)
    with pytest.warns(UserWarning, match=r"beta=0.01 of 16 pixels .* >= 0.062"):
        found = FourierTransfer(beta=0.01).transfer(images, style)
    assert_close(found, images, rtol=0, atol=1e-9)


def test_rows__take_the_style_of_their_index_modulo_its_number():
    images, style = pixels(5, (8, 8), 7), pixels(2, (8, 8), 8)
    view = FourierTransfer(beta=0.2)
    found = view.transfer(images, style)
    for row, other in enumerate((0, 1, 0, 1, 0)):
        alone = view.transfer(images[row : row + 1], style[other : other + 1])
        assert_close(found[row : row + 1], alone)
    assert_close(view.transfer(images[:1], style), found[:1])


def make_step(pixel_range=None, size=(24, 32)):
    inputs, samples = make_batch(size=size, labelled=("source",))
    model = MODELS.build(tiny_segmentor())
    return Step(model, inputs, samples, {}, {}, {}, pixels=pixel_range)


def test_view__works_on_bytes_and_gives_normalised_images():
    mean, std = torch.tensor([104.0, 116, 122]), torch.tensor([58.0, 57, 3])
    mean, std = mean[:, None, None], std[:, None, None]
    step = make_step(PixelRange(mean, std))
    for window in ("corners", "centred"):
        part = FourierTransfer(beta=0.2, window=window)
        bytes_ = [step.inputs[name] * std + mean for name in ("source", "target")]
        expected = (part.transfer(*bytes_) - mean) / std
        assert_close(part(step).images, expected, rtol=1e-4, atol=1e-4)
    # not the same as on normalised images: their mean colour has another amplitude
    assert not torch.allclose(
        part.transfer(*step.inputs.values()), part(step).images, atol=0.1
    )


def test_view__has_the_labels_of_its_domain_and_leaves_the_batch_alone():
    step = make_step()
    before = {name: images.clone() for name, images in step.inputs.items()}
    view, plain = FourierTransfer(beta=0.1)(step), DomainView("source")(step)
    assert torch.equal(view.labels, plain.labels)
    assert view.images.shape == plain.images.shape
    assert not torch.allclose(view.images, plain.images, atol=0.05)
    assert all(torch.equal(step.inputs[name], before[name]) for name in before)
    other = FourierTransfer(domain="target", style="source", beta=0.1)(step)
    assert other.labels is None


def test_view__of_images_of_two_sizes_is_an_error():
    step = make_step()
    step.inputs["target"] = step.inputs["target"][..., :-4]
    with pytest.raises(ValueError, match=r"\(24, 32\).*\(24, 28\).*one size|same crop"):
        FourierTransfer()(step)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (dict(beta=0.5), r"beta must be in \[0, 0.5\).*got 0.5"),
        (dict(beta=-0.1), "got -0.1"),
        (
            dict(window="centered"),
            "unknown window 'centered'.*corners, centred",
        ),
    ],
)
def test_view__refuses_what_makes_no_sense(options, message):
    with pytest.raises(ValueError, match=message):
        FourierTransfer(**options)
