"""Making the sample catalogues: each schema complete under its name, or not there at all."""

from __future__ import annotations

import errno
import hashlib
from collections.abc import Callable
from importlib import metadata, resources
from pathlib import Path

from ..errors import CatalogError
from .publishing import alone, put_in_place
from .readonly import remove, writable
from .samples import SAMPLES, Sample

__all__ = ["make_samples"]

# Raise it when the same input is to be written differently.
_LAYOUT = 2
_STAMP = ".content"

Progress = Callable[[str, int, int], None]


def make_samples(public: Path, progress: Progress) -> None:
    """Write every sample schema below `public` that is not there yet in its present content.

    Parameters
    ----------
    public
        The folder of published catalogues; made if it is not there.
    progress
        Called with the name of a schema, how many of its steps are done, and of how many.

    Raises
    ------
    CatalogError
        When a package is not installed, the folder cannot be written, or somebody else writes in it now.
    """
    try:
        with alone(public), writable(public):
            _clear_leftovers(public)
            for sample in SAMPLES:
                _make(sample, public, progress)
    except OSError as e:
        if e.errno == errno.ENOSPC:
            raise CatalogError(f"The disk of {public} is full; free about 200 MB and try again.") from e
        raise CatalogError(f"The folder {public} cannot be written: {e.strerror or e}.") from e


def _make(sample: Sample, public: Path, progress: Progress) -> None:
    target = public / sample.schema
    stamp = _content_of(sample)
    if _stamp_of(target) == stamp or sample.belongs_to_the_site(target):
        progress(sample.schema, sample.steps, sample.steps)
        return
    done = 0
    progress(sample.schema, done, sample.steps)

    def step() -> None:
        nonlocal done
        done += 1
        progress(sample.schema, done, sample.steps)

    partial = public / f".{sample.schema}.partial"
    partial.mkdir()
    sample.write(partial, step)
    (partial / f"{sample.schema}.yaml").write_bytes(_description(f"{sample.schema}.yaml"))
    (partial / "CREDITS").write_bytes(_description(f"{sample.schema}.CREDITS"))
    (partial / _STAMP).write_text(stamp + "\n", encoding="ascii")
    put_in_place(partial, target)


def _clear_leftovers(public: Path) -> None:
    for sample in SAMPLES:
        target, previous = public / sample.schema, public / f".{sample.schema}.previous"
        if previous.exists() and not target.exists():
            previous.rename(target)
        remove(previous)
        remove(public / f".{sample.schema}.partial")


def _description(name: str) -> bytes:
    return resources.files(__package__).joinpath("felis", name).read_bytes()


def _content_of(sample: Sample) -> str:
    """Return what the files of a sample depend on, as one word."""
    versions: list[str] = []
    for package in sample.packages:
        try:
            versions.append(f"{package}-{metadata.version(package)}")
        except metadata.PackageNotFoundError as e:
            raise CatalogError(
                f"The sample data {sample.schema} need the Python package {package}, not installed here."
            ) from e
    texts = _description(f"{sample.schema}.yaml") + _description(f"{sample.schema}.CREDITS")
    return "-".join([str(_LAYOUT), *versions, hashlib.sha256(texts).hexdigest()[:16]])


def _stamp_of(folder: Path) -> str | None:
    try:
        return (folder / _STAMP).read_text(encoding="ascii").strip()
    except OSError:
        return None
