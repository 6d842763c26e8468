"""What options can be, known without the parts that they choose; a test compares."""

#: Small networks of ``--toy``, the default first.
TOY_NETWORKS = ("pretrained", "random")
TOY_ROOT = "data/toycity"
DEVICES = ("cpu", "cuda")
#: Noise of Lipschitz maps: what it is by default, its kinds and units.
NOISE = {"kind": "gaussian_mixed", "eps": 3.0, "unit": "rms"}
NOISE_KINDS = (
    "gaussian_clip",
    "sign",
    "gaussian_channel",
    "gaussian_mixed",
    "l2_location",
    "worst_direction",
)
NOISE_UNITS = ("absolute", "rms", "location")
#: How maps are combined with the confidence.
COMBINED = ("sum", "product")
#: How many kinds of noise are compared by default.
NUM_NOISES = 7
#: Where published checkpoints are from.
FAMILIES = (
    "adaptsegnet",
    "maxsquare",
    "advent",
    "clan",
    "fda",
    "bdl",
    "crst",
    "crcda",
    "seg_uncertainty",
)
#: Domains and splits of ToyCity with their pictures.
TOYCITY = {
    "gta5": {"train": 600},
    "synthia": {"train": 600},
    "cityscapes": {"train": 400, "val": 100},
}
#: Sources of a benchmark.
TASKS = ("gta", "synthia")
#: Methods and networks of `init`, the defaults first.
METHODS = (
    "mrnet_lcrf",
    "lcda_lcrf",
    "mrnet",
    "lcda",
    "statistics",
    "source_only",
)
NETWORKS = ("tiny", "small", "base")
