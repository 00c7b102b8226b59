"""The step that makes the published catalogues."""

from __future__ import annotations

from pathlib import Path

from ..variables import for_parts
from .kit import Kit
from .stamps import STAMP, fingerprint, tree
from .steps import Step
from .tool import Bench

__all__ = ["sample_data_step"]

_PROGRESS = "progress"


def sample_data_step(kit: Kit) -> Step:
    """Return the step that makes the sample catalogues; the archive's own command does it and can resume."""
    place = kit.place
    programs = place.environment("archive") / "bin"

    def run(bench: Bench) -> None:
        def on_line(line: str) -> None:
            if line.startswith(_PROGRESS):
                bench.progress(line.removeprefix(_PROGRESS).lstrip(" :"))

        command: list[str | Path] = [programs / "astrohub-archive", "data", "make", "--public", place.public]
        bench.run(command, cwd=place.data, env=for_parts(programs), on_line=on_line)

    return Step(
        name="sample-data",
        title="Sample catalogues",
        inputs=lambda: fingerprint(tree(place.clone / "services" / "archive" / "astrohub_archive" / "data")),
        makes=(place.public,),
        stamp=place.public / STAMP,
        run=run,
        after=("members-archive",),
    )
