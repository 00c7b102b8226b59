"""The collection that is kept beside the code is fit to be published."""

from __future__ import annotations

from pathlib import Path

from .collections_on_disk import nbtester

COLLECTION = Path(__file__).resolve().parents[2] / "notebooks-latest"


def test_the_kept_collection_has_no_findings() -> None:
    done = nbtester("check", COLLECTION, "--no-outputs")
    assert (done.returncode, done.stdout) == (0, "0 findings\n")


def test_every_kept_notebook_names_the_kernel_of_the_platform() -> None:
    texts = [path.read_text() for path in COLLECTION.rglob("*.ipynb")]
    assert texts
    assert all('"name": "astrohub"' in text for text in texts)
