"""Rules that find kinds in small labels, and what they write."""

SCALE = (48, 32)
RULES = dict(
    small=dict(
        type="HogClusters",
        patch_size=(4, 8),
        num_regions=5,
        eps=0.3,
        min_samples=4,
        max_patches=400,
        max_images=27,
    ),
    large=dict(
        type="PatchModes", patch_size=(8, 16), num_modes=4, cells=1, max_images=20
    ),
)


def files(folder):
    """Content of every file below a folder by relative path."""
    found = (path for path in folder.rglob("*") if path.is_file())
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in found}
