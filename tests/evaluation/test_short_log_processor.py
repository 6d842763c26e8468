from types import SimpleNamespace

from mmengine.logging import MessageHub
from mmseg.registry import LOG_PROCESSORS


def test_log_line__means_alone_but_all_scalars():
    hub = MessageHub.get_instance("short_log_processor")
    scores = {"mIoU": 43.9, "aAcc": 88.0, "IoU.road": 90.0, "IoU.traffic light": 40.0}
    for name, value in {**scores, "time": 0.5, "data_time": 0.25}.items():
        hub.update_scalar(f"val/{name}", value)
    loop = SimpleNamespace(dataloader=[0] * 7)
    runner = SimpleNamespace(message_hub=hub, val_loop=loop, val_dataloader=[0] * 7)
    processor = LOG_PROCESSORS.build(dict(type="ShortLogProcessor", by_epoch=False))
    scalars, line = processor.get_log_after_epoch(runner, 7, "val")
    assert scalars == {**scores, "time": 0.5, "data_time": 0.25}
    items = [item for item in line.split("  ") if item]
    assert items[:3] == ["Iter(val) [7/7]", "mIoU: 43.9000", "aAcc: 88.0000"]
    assert sorted(items[3:]) == ["data_time: 0.2500", "time: 0.5000"]


def test_log_line__says_which_classes_the_mean_is_not_over():
    hub = MessageHub.get_instance("short_log_processor_nan")
    for name, value in {"mIoU": 100.0, "IoU.a": 100.0, "IoU.b": float("nan")}.items():
        hub.update_scalar(f"val/{name}", value)
    loop = SimpleNamespace(dataloader=[0] * 7)
    runner = SimpleNamespace(message_hub=hub, val_loop=loop, val_dataloader=[0] * 7)
    processor = LOG_PROCESSORS.build(dict(type="ShortLogProcessor", by_epoch=False))
    _, line = processor.get_log_after_epoch(runner, 7, "val")
    assert "mIoU: 100.0000 (over 1 of 2 classes: 'b' occurs neither" in line
    assert "IoU.b" not in line
