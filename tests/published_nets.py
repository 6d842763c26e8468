"""The literature's networks in plain torch, with the names of their checkpoints.

Written from their description: a Caffe-style ResNet of output stride 8 whose stem
rounds up, and two kinds of heads. Widths and depth are parameters.
"""

import torch
from torch import nn


class Bottleneck(nn.Module):
    def __init__(self, inputs, width, stride, dilation, downsample):
        super().__init__()
        self.conv1 = nn.Conv2d(inputs, width, 1, stride, bias=False)
        self.bn1 = nn.BatchNorm2d(width)
        self.conv2 = nn.Conv2d(
            width, width, 3, padding=dilation, dilation=dilation, bias=False
        )
        self.bn2 = nn.BatchNorm2d(width)
        self.conv3 = nn.Conv2d(width, 4 * width, 1, bias=False)
        self.bn3 = nn.BatchNorm2d(4 * width)
        if downsample:
            self.downsample = nn.Sequential(
                nn.Conv2d(inputs, 4 * width, 1, stride, bias=False),
                nn.BatchNorm2d(4 * width),
            )

    def forward(self, x):
        out = torch.relu(self.bn1(self.conv1(x)))
        out = torch.relu(self.bn2(self.conv2(out)))
        out = self.bn3(self.conv3(out))
        return torch.relu(out + (self.downsample(x) if self.has_downsample else x))

    @property
    def has_downsample(self):
        return hasattr(self, "downsample")


class SumHead(nn.Module):
    """Four dilated convolutions, of which the first ``runs`` are added up."""

    def __init__(self, inputs, classes, runs=4):
        super().__init__()
        self.runs = runs
        self.conv2d_list = nn.ModuleList(
            nn.Conv2d(inputs, classes, 3, padding=d, dilation=d)
            for d in (6, 12, 18, 24)
        )
        for conv in self.conv2d_list:
            nn.init.normal_(conv.weight, 0, 0.01)

    def forward(self, x):
        return sum(conv(x) for conv in self.conv2d_list[: self.runs])

    def pretend_training(self):
        """Change what training changes: the branches that run."""
        for conv in self.conv2d_list[: self.runs]:
            conv.weight.data.mul_(3).add_(torch.randn_like(conv.weight) * 0.01)


class Gates(nn.Module):
    def __init__(self, channels):
        super().__init__()
        hidden = channels // 16
        self.se = nn.Sequential(
            nn.Linear(channels, hidden),
            nn.ReLU(),
            nn.Linear(hidden, channels),
            nn.Sigmoid(),
        )

    def forward(self, x):
        return x * self.se(x.mean((2, 3)))[:, :, None, None]


class ConcatHead(nn.Module):
    """Five branches with norms, concatenated; gates; a bottleneck; a classifier."""

    def __init__(self, inputs, classes, norm, use_se, width=64):
        super().__init__()
        make = {
            "gn": lambda c: nn.GroupNorm(32, c),
            "bn": nn.BatchNorm2d,
            "in": lambda c: nn.InstanceNorm2d(c, affine=True),
        }[norm]
        convs = [nn.Conv2d(inputs, width, 1)] + [
            nn.Conv2d(inputs, width, 3, padding=d, dilation=d) for d in (6, 12, 18, 24)
        ]
        self.conv2d_list = nn.ModuleList(
            nn.Sequential(conv, make(width), nn.ReLU()) for conv in convs
        )
        gates = [Gates(5 * width)] if use_se else []
        self.bottleneck = nn.Sequential(
            *gates, nn.Conv2d(5 * width, 2 * width, 3, padding=1), make(2 * width)
        )
        self.head = nn.Sequential(
            nn.Dropout2d(0.1), nn.Conv2d(2 * width, classes, 1, bias=False)
        )

    def forward(self, x):
        x = torch.cat([branch(x) for branch in self.conv2d_list], dim=1)
        return self.head(self.bottleneck(x))


class VggNet(nn.Module):
    """VGG-16 without its last two poolings, dilated, and the summed head."""

    def __init__(self, classes=19, base=4, **head):
        super().__init__()
        layers, inputs = [], 3
        plain = [1, 1, "M", 2, 2, "M", 4, 4, 4, "M", 8, 8, 8]
        for entry in (*((e, 1) for e in plain), *[(8, 2)] * 3, *[(16, 4)] * 2):
            if entry[0] == "M":
                layers.append(nn.MaxPool2d(2, 2))
                continue
            outputs, dilation = base * entry[0], entry[1]
            conv = nn.Conv2d(inputs, outputs, 3, padding=dilation, dilation=dilation)
            layers += [conv, nn.ReLU()]
            inputs = outputs
        self.features = nn.Sequential(*layers)
        self.classifier = SumHead(inputs, classes, **head)

    def forward(self, x):
        return {"classifier": self.classifier(self.features(x))}


class Net(nn.Module):
    """A trunk with the heads of one family; returns logits by published head name."""

    def __init__(self, family, classes=19, blocks=(3, 4, 6, 3), base=4, **head):
        super().__init__()
        self.family = family
        self.conv1 = nn.Conv2d(3, base, 7, 2, 3, bias=False)
        self.bn1 = nn.BatchNorm2d(base)
        self.maxpool = nn.MaxPool2d(3, 2, 1, ceil_mode=True)
        inputs = base
        for i, count in enumerate(blocks):
            stride, dilation = (1, 2, 1, 1)[i], (1, 1, 2, 4)[i]
            stage = [Bottleneck(inputs, base * 2**i, stride, dilation, True)]
            inputs = 4 * base * 2**i
            for _ in range(count - 1):
                stage.append(Bottleneck(inputs, base * 2**i, 1, dilation, False))
            setattr(self, f"layer{i + 1}", nn.Sequential(*stage))
        third, fourth = 16 * base, 32 * base
        if family in ("two_heads", "two_views"):
            inputs = third if family == "two_heads" else fourth
            self.layer5 = SumHead(inputs, classes, **head)
            self.layer6 = SumHead(fourth, classes, **head)
        elif family in ("layer5", "layer6"):
            setattr(self, family, SumHead(fourth, classes, **head))
        else:
            self.layer5 = ConcatHead(third, classes, **head)
            self.layer6 = ConcatHead(third + fourth, classes, **head)

    def forward(self, x):
        x = self.maxpool(torch.relu(self.bn1(self.conv1(x))))
        third = self.layer3(self.layer2(self.layer1(x)))
        fourth = self.layer4(third)
        if self.family in ("layer5", "layer6"):
            return {self.family: getattr(self, self.family)(fourth)}
        aux = fourth if self.family == "two_views" else third
        both = torch.cat((fourth, third), dim=1)
        main = both if self.family == "concat" else fourth
        return {"layer5": self.layer5(aux), "layer6": self.layer6(main)}


def published_net(family, seed=0, **options):
    """A net that looks trained: norms with statistics, branches that have moved."""
    torch.manual_seed(seed)
    net = VggNet(**options) if family == "vgg" else Net(family, **options)
    for module in net.modules():
        if isinstance(module, nn.BatchNorm2d):
            nn.init.normal_(module.running_mean, 0, 0.1)
            nn.init.uniform_(module.running_var, 0.5, 2)
        if isinstance(module, nn.BatchNorm2d | nn.GroupNorm | nn.InstanceNorm2d):
            nn.init.uniform_(module.weight, 0.5, 1.5)
            nn.init.normal_(module.bias, 0, 0.1)
        if isinstance(module, SumHead):
            module.pretend_training()
    if family == "vgg":
        return net.eval()
    # images in 0..255: the response of the first convolution is that much larger
    net.bn1.running_var.mul_(5000 * net.conv1.weight.detach().square().sum((1, 2, 3)))
    return net.eval()


def published_weights(family, seed=0, **options):
    """Its state dict as old files have it, without batch counters."""
    state = published_net(family, seed, **options).state_dict()
    return {k: v for k, v in state.items() if not k.endswith("num_batches_tracked")}
