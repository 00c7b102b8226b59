"""Every notebook of the collection runs inside of the Lab's image, as the tester in it finds."""

from __future__ import annotations

from ..places import CLONE
from .site import Lab


def test_every_notebook_passes_the_tester_in_the_lab(lab: Lab) -> None:
    lab.run("rm", "-rf", "/tmp/collection")
    source, target = str(CLONE / "notebooks-latest"), f"{lab.pod}:/tmp/collection"
    lab.site.kubectl("cp", source, target, "--container=notebook")
    said = lab.run("nbtester", "run", "--no-outputs", "/tmp/collection")
    assert "03_" in said or "passed" in said, said
