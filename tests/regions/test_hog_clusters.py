"""Clusters of gradients: DBSCAN by definition, what counts, what is told apart."""

import numpy as np
import pytest

from mmseg_uda.regions import HogClusters
from mmseg_uda.regions.density_clusters import density_clusters

ROAD, SIDEWALK, BUILDING, SKY = 0, 1, 2, 10
K = 19


def dbscan(points, eps, min_samples):
    """Ester et al.'s definition in loops: sets of connected core samples, and noise."""
    points = points.astype(float)
    near = [
        {q for q, b in enumerate(points) if np.sqrt(((a - b) ** 2).sum()) <= eps}
        for a in points
    ]
    cores = {p for p, others in enumerate(near) if len(others) >= min_samples}
    clusters, left = [], set(cores)
    while left:
        grown, edge = set(), {min(left)}
        while edge:
            grown |= edge
            edge = {q for p in edge for q in near[p] & cores} - grown
        clusters.append(grown)
        left -= grown
    reached = {q for p in cores for q in near[p]}
    return clusters, set(range(len(points))) - reached


def blobs(sizes, apart=1.0, seed=0):
    rng = np.random.default_rng(seed)
    centres = apart * np.arange(len(sizes))[:, None] * np.ones(3)
    points = np.repeat(centres, sizes, 0) + rng.normal(0, 0.03, (sum(sizes), 3))
    return points.astype(np.float32)


def test_density__equals_the_definition():
    rng = np.random.default_rng(1)
    points = rng.random((150, 2)).astype(np.float32)
    clusters, is_core = density_clusters(points, 0.07, 4)
    expected, noise = dbscan(points, 0.07, 4)
    assert len(expected) > 3
    assert 5 < len(noise) < 100
    assert set(np.flatnonzero(clusters == -1)) == noise
    ours = [
        set(np.flatnonzero((clusters == c) & is_core)) for c in range(len(expected))
    ]
    assert sorted(map(sorted, ours)) == sorted(map(sorted, expected))
    sizes = np.bincount(clusters[clusters >= 0])
    assert sizes.tolist() == sorted(sizes, reverse=True)


def test_density__equal_sizes_are_sorted_by_centroid():
    points = blobs([20, 30, 20])
    order = np.random.default_rng(0).permutation(len(points))
    clusters, _ = density_clusters(points[order], 0.2, 4)
    for cluster, centre in enumerate((1, 0, 2)):
        assert points[order][clusters == cluster].mean() == pytest.approx(
            centre, abs=0.1
        )


def test_density__neighbourhoods_that_do_not_fit_into_memory(monkeypatch):
    monkeypatch.setattr("mmseg_uda.regions.density_clusters._MAX_BYTES", 1e5)
    with pytest.raises(ValueError, match=r"neighbour of 100% of the 200 .*Lower eps"):
        density_clusters(blobs([200]), 1.0, 4)
    density_clusters(blobs([20] * 10), 0.2, 4)


def test_fit__keeps_the_largest_and_tells_the_nearest():
    rule = HogClusters(num_regions=2, eps=0.2, min_samples=4, pca_dims=None)
    points = blobs([15, 40, 25])
    points = np.vstack([points, np.full((1, 3), 50, np.float32)])
    fitted = rule.fit(points, seed=0)
    assert (fitted["clusters"], fitted["noise"], fitted["smaller"]) == (3, 1, 15)
    asked = np.array([[0] * 3, [1] * 3, [2] * 3, [1.06] * 3, [1.5] * 3], np.float32)
    # the third blob in size is no kind, and halfway is of none
    assert rule.assign(asked, fitted).tolist() == [255, 0, 1, 0, 255]
    nearest = [
        min(
            range(len(fitted["cores"])),
            key=lambda c: np.abs(fitted["cores"][c] - p).max(),
        )
        for p in asked[1:3]
    ]
    assert fitted["kinds"][nearest].tolist() == [0, 1]
    assert rule.assign(asked[:0], fitted).shape == (0,)


def test_fit__core_samples_keep_their_own_kind():
    """Also where noise lies between them in the order of the patches."""
    lonely = 50 + 5 * np.arange(6, dtype=np.float32)[:, None] * np.ones(3)
    points = np.vstack([blobs([15, 40, 25]), lonely]).astype(np.float32)
    points = np.random.default_rng(3).permutation(points)
    rule = HogClusters(num_regions=2, eps=0.2, min_samples=4, pca_dims=None)
    fitted = rule.fit(points, seed=0)
    kind_of_blob = {0: 255, 1: 0, 2: 1}
    blob = fitted["cores"].mean(axis=1).round().astype(int)
    assert set(blob) == {0, 1, 2}
    assert fitted["kinds"].tolist() == [kind_of_blob[b] for b in blob]


def test_assign__equals_loops_over_core_samples():
    rng = np.random.default_rng(4)
    rule = HogClusters(eps=0.4, pca_dims=None)
    fitted = dict(
        cores=rng.random((30, 5)).astype(np.float32),
        kinds=rng.choice([0, 1, 2, 255], 30).astype(np.uint8),
    )
    asked = rng.random((50, 5)).astype(np.float32)
    expected = []
    for point in asked.astype(float):
        away = [np.sqrt(((point - core) ** 2).sum()) for core in fitted["cores"]]
        best = int(np.argmin(away))
        expected.append(fitted["kinds"][best] if away[best] <= 0.4 else 255)
    assert rule.assign(asked, fitted).tolist() == expected
    assert 1 < expected.count(255) < 50


def two_halves(above, below, size=(18, 32), at=9):
    labels = np.full(size, above, np.uint8)
    labels[at:] = below
    return labels


@pytest.mark.parametrize(
    ("patch_size", "cells"),
    [((18, 32), (4, 8)), ((72, 128), (4, 8)), ((4, 8), (4, 8)), ((2, 4), (2, 4))],
)
def test_cells__are_an_eighth_of_the_width(patch_size, cells):
    assert HogClusters(patch_size).cells == cells


def test_describe__says_classes_only_when_asked_to():
    ground, roof = two_halves(SIDEWALK, ROAD), two_halves(SKY, BUILDING)
    plain, extended = HogClusters(), HogClusters(class_histogram=1.0)
    a, b = (plain.describe(labels, K)[0, 0] for labels in (ground, roof))
    np.testing.assert_allclose(a, b, atol=1e-6)
    a, b = (
        extended.describe(labels, K)[0, 0].astype(float) for labels in (ground, roof)
    )
    assert np.sqrt(((a - b) ** 2).sum()) == pytest.approx(np.sqrt(2))
    moved = extended.describe(two_halves(SIDEWALK, ROAD, at=8), K)[0, 0]
    assert np.sqrt(((a - moved) ** 2).sum()) < 1


def test_describe__ignored_pixels_make_no_edges():
    labels = two_halves(SIDEWALK, ROAD)
    holed = labels.copy()
    holed[12:16, 5:20] = 255
    whole, filled = (HogClusters().describe(each, K) for each in (labels, holed))
    np.testing.assert_array_equal(filled, whole)


def test_labelled__one_class_is_no_relation():
    labels = np.hstack([two_halves(SKY, below) for below in (BUILDING, SKY, 255, 255)])
    labels[:, 96:] = 255
    labels[0, 96], labels[1, 96] = ROAD, SKY  # two classes, on two pixels
    assert HogClusters().labelled(labels, K).tolist() == [[True, False, False, False]]
    assert HogClusters(min_labelled=0.003).labelled(labels, K)[0, 3]


def test_fit__pca_is_the_same_again():
    rng = np.random.default_rng(5)
    points = np.hstack([blobs([40, 40]), rng.normal(0, 1e-3, (80, 4))])
    points = points.astype(np.float32)
    rule = HogClusters(eps=0.2, min_samples=4, pca_dims=2)
    one, two = rule.fit(points, 0), rule.fit(points.copy(), 7)
    assert all(np.array_equal(one[name], two[name]) for name in one)
    assert one["axes"].shape == (2, 7)
    assert rule.assign(points, one).tolist() == [0] * 40 + [1] * 40


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (dict(eps=0), "eps must be > 0 and min_samples >= 1, got 0"),
        (dict(min_samples=0), "min_samples >= 1"),
        (dict(class_histogram=-1), "class_histogram must be a number >= 0, got -1"),
        (
            dict(class_histogram="yes"),
            "class_histogram must be a number >= 0, got 'yes'",
        ),
        (dict(pca_dims=0), "pca_dims must be >= 1 or None"),
    ],
)
def test_options__out_of_range(options, said):
    with pytest.raises(ValueError, match=said):
        HogClusters(**options)


@pytest.mark.parametrize(("count", "min_samples"), [(1, 1), (1, 10), (9, 10)])
def test_fit__too_few_patches(count, min_samples):
    said = rf"{count} patch\(es\) of two classes or more are too few .*={min_samples}:"
    with pytest.raises(ValueError, match=said):
        HogClusters(min_samples=min_samples).fit(blobs([count]), 0)


def test_fit__nothing_dense():
    with pytest.raises(ValueError, match="no 30 of the 40 sampled patches lie within"):
        HogClusters(eps=0.2, min_samples=30, pca_dims=None).fit(blobs([20, 20]), 0)
