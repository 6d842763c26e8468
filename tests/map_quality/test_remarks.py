"""What is said around the table."""

from mmseg_uda.map_quality.remarks import left_out_maps, what_was_ranked


def run(name, error_rate=0.25, **left_out):
    score = dict(pixels=1234567, error_rate=error_rate)
    scores = {"1 - confidence": score}
    return dict(checkpoint=name, left_out=left_out, scores=scores)


def test_what_was_ranked__of_one_checkpoint():
    said = what_was_ranked([run("a.pth")], 1)
    assert said == "1 image, 1,234,567 labelled pixels, error rate 25.00%"


def test_what_was_ranked__of_several():
    # the mean of 0.2 and 0.3 is 0.25, the standard deviation sqrt(2 * 0.05^2) = 0.0707
    said = what_was_ranked([run("a.pth", 0.2), run("b.pth", 0.3)], 500)
    assert said == (
        "500 images, 1,234,567 labelled pixels, error rate 25.00% ± 7.07% "
        "(2 checkpoints)"
    )


def test_left_out_maps__of_all_checkpoints_or_of_some():
    runs = [run("a.pth", d="no head", lip="no bound"), run("b.pth", d="no head")]
    assert [*left_out_maps(runs)] == [
        "map 'd' is left out: no head",
        "map 'lip' is left out of a.pth: no bound",
    ]
