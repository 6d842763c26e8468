"""One joint backward pass equals the published two-phase update, bit by bit."""

import torch
import torch.nn.functional as F
from mmengine.optim import OptimWrapper
from torch import nn
from torch.func import functional_call

from mmseg_uda.engine.optim import JointOptimWrapper

STEPS, CLASSES = 20, 4
LAMBDA = {"decode": 0.001, "aux": 0.0002}


class TwoHeads(nn.Module):
    """Trunk with a main and an auxiliary classifier."""

    def __init__(self):
        super().__init__()
        self.trunk = nn.Sequential(nn.Conv2d(3, 8, 3, padding=1), nn.Tanh())
        self.decode = nn.Conv2d(8, CLASSES, 3, padding=1)
        self.aux = nn.Conv2d(8, CLASSES, 1)

    def forward(self, images):
        feats = self.trunk(images)
        return {"decode": self.decode(feats), "aux": self.aux(feats)}


def discriminator():
    return nn.Sequential(
        nn.Conv2d(CLASSES, 8, 4, stride=2, padding=1),
        nn.LeakyReLU(0.2),
        nn.Conv2d(8, 1, 4, stride=2, padding=1),
    )


def networks():
    torch.manual_seed(3)
    heads = nn.ModuleDict({k: discriminator() for k in LAMBDA})
    return TwoHeads(), heads


def batches():
    generator = torch.Generator().manual_seed(5)
    for _ in range(STEPS):
        source = torch.randn(2, 3, 16, 16, generator=generator)
        labels = torch.randint(CLASSES, (2, 16, 16), generator=generator)
        target = torch.randn(2, 3, 16, 16, generator=generator)
        yield source, labels, target


def optimizers(segmentor, heads):
    return (
        torch.optim.SGD(segmentor.parameters(), 0.05, momentum=0.9, weight_decay=5e-4),
        torch.optim.Adam(heads.parameters(), lr=1e-3, betas=(0.9, 0.99)),
    )


def bce(logits, label):
    return F.binary_cross_entropy_with_logits(logits, torch.full_like(logits, label))


def train_in_two_phases():
    """AdaptSegNet's iteration: heads frozen, segmentor's losses; then the heads'."""
    segmentor, heads = networks()
    optimizer, optimizer_heads = optimizers(segmentor, heads)
    for source, labels, target in batches():
        optimizer.zero_grad()
        optimizer_heads.zero_grad()
        heads.requires_grad_(False)
        logits = {"source": segmentor(source)}
        loss = sum(
            weight * F.cross_entropy(logits["source"][k], labels)
            for k, weight in (("decode", 1.0), ("aux", 0.1))
        )
        loss.backward()
        logits["target"] = segmentor(target)
        fooling = sum(
            LAMBDA[k] * bce(heads[k](logits["target"][k].softmax(1)), 0.0)
            for k in LAMBDA
        )
        fooling.backward()
        heads.requires_grad_(True)
        for domain, label in (("source", 0.0), ("target", 1.0)):
            for k in LAMBDA:
                probs = logits[domain][k].detach().softmax(1)
                (bce(heads[k](probs), label) / 2).backward()
        optimizer.step()
        optimizer_heads.step()
    return segmentor, heads


def train_jointly():
    segmentor, heads = networks()
    wrappers = map(OptimWrapper, optimizers(segmentor, heads))
    joint = JointOptimWrapper(
        **dict(zip(("segmentor", "heads"), wrappers, strict=True))
    )
    for source, labels, target in batches():
        logits = {"source": segmentor(source), "target": segmentor(target)}
        loss = sum(
            weight * F.cross_entropy(logits["source"][k], labels)
            for k, weight in (("decode", 1.0), ("aux", 0.1))
        )
        for k in LAMBDA:
            frozen = {n: p.detach() for n, p in heads[k].named_parameters()}
            probs = {domain: z[k].softmax(1) for domain, z in logits.items()}
            fooled = functional_call(heads[k], frozen, (probs["target"],))
            loss = loss + LAMBDA[k] * bce(fooled, 0.0)
            for domain, label in (("source", 0.0), ("target", 1.0)):
                loss = loss + bce(heads[k](probs[domain].detach()), label) / 2
        joint.update_params(loss)
    return segmentor, heads


def test_joint_step__equals_two_phases():
    for joint, phased in zip(train_jointly(), train_in_two_phases(), strict=True):
        start = networks()[0 if isinstance(joint, TwoHeads) else 1].state_dict()
        expected = phased.state_dict()
        for name, value in joint.state_dict().items():
            assert not torch.equal(value, start[name]), f"{name} did not train"
            torch.testing.assert_close(value, expected[name], rtol=0, atol=0)
