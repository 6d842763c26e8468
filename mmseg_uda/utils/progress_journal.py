"""What has been done, image by image, on disk."""

import json
from pathlib import Path

from mmseg_uda.utils.atomic_files import write_atomic


class ProgressJournal:
    """One record an image, in files that outlive a kill.

    While the work goes on each rank appends to ``progress/rank<r>.jsonl``; at the end
    all records stand in ``images.jsonl``, sorted, so that the folder is the same
    whatever the number of ranks and interruptions. A line that was cut off by a kill
    is skipped: its image is labelled again.

    Args:
        folder: Output folder.
        rank: Rank of this process.
    """

    def __init__(self, folder: Path, rank: int) -> None:
        self.merged_file = folder / "images.jsonl"
        self.folder = folder / "progress"
        self.own_file = self.folder / f"rank{rank}.jsonl"

    def append(self, record: dict) -> None:
        """Add the record of an image whose files are complete."""
        self.folder.mkdir(parents=True, exist_ok=True)
        with self.own_file.open("a+b") as file:
            line = json.dumps(record).encode() + b"\n"
            if file.tell() and not self._ends_a_line(file):
                line = b"\n" + line  # what a kill cut off stays a line of its own
            file.write(line)

    def read(self) -> dict[str, dict]:
        """Return the records of all ranks by image name."""
        records = {}
        for path in [self.merged_file, *sorted(self.folder.glob("rank*.jsonl"))]:
            for line in path.read_bytes().splitlines() if path.is_file() else ():
                try:
                    record = json.loads(line)
                except ValueError:  # cut off by a kill
                    continue
                records[record["image"]] = record
        return records

    def merge(self, names: list[str]) -> list[dict]:
        """Write the records of the named images to one file and return them."""
        records = self.read()
        merged = [records[name] for name in sorted(names)]
        lines = "".join(json.dumps(record) + "\n" for record in merged)
        write_atomic(self.merged_file, lines)
        for path in self.folder.glob("rank*.jsonl"):
            path.unlink()
        if self.folder.is_dir():
            self.folder.rmdir()
        return merged

    @staticmethod
    def _ends_a_line(file) -> bool:
        """Tell whether an open file's last byte is a line feed."""
        file.seek(-1, 2)
        return file.read(1) == b"\n"
