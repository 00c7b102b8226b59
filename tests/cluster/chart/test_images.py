"""Our images: whose they are, what they do not hold, how much a change of our code moves."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest

from ..report import Report
from ..supply.buildah import buildah
from .our_images import build_images, build_script
from .site import Lab

USERS = {
    "proxy": "65534:65534",
    "hub": "1000",
    "archive": "61080:61080",
    "lab-base": "65534:65534",
    "lab-astro": "65534:65534",
}
#: Bytes, unpacked; packed they are about a third.
AT_MOST = {"proxy": 300e6, "hub": 450e6, "archive": 950e6, "lab-base": 1.5e9, "lab-astro": 1.5e9}


@pytest.fixture(scope="module")
def names() -> dict[str, str]:
    """Our images, built."""
    return build_images(Report())


@pytest.fixture(scope="module")
def inspected(names: dict[str, str]) -> Callable[[str], dict[str, Any]]:
    """Return what an image says of itself."""

    def of(image: str) -> dict[str, Any]:
        return dict(json.loads(buildah("inspect", "--type", "image", names[image]))["OCIv1"])

    return of


@pytest.mark.parametrize("image", USERS)
def test_an_image_runs_as_nobody_of_importance_and_says_what_it_is(
    inspected: Callable[[str], dict[str, Any]], image: str
) -> None:
    config = inspected(image)["config"]
    assert config["User"] == USERS[image]
    labels = config["Labels"]
    assert labels["org.opencontainers.image.title"] == f"astrohub {image}"
    assert labels["org.opencontainers.image.licenses"] == "BSD-3-Clause"
    assert labels["org.opencontainers.image.version"]


@pytest.mark.parametrize("image", USERS)
def test_an_image_keeps_no_address_and_no_authority_of_this_machine(
    inspected: Callable[[str], dict[str, Any]], image: str
) -> None:
    kept = json.dumps(inspected(image))
    assert "authorities" not in kept
    assert "://" not in kept


@pytest.mark.parametrize("image", USERS)
def test_an_image_is_no_larger_than_it_may_be(names: dict[str, str], image: str) -> None:
    listed = json.loads(buildah("images", "--json", "--filter", f"reference={names[image]}"))
    number, unit = listed[0]["size"].split()
    assert float(number) * {"MB": 1e6, "GB": 1e9}[unit] < AT_MOST[image]


def test_lab_astro_is_lab_base_and_little_more(inspected: Callable[[str], dict[str, Any]]) -> None:
    base, astro = (inspected(image)["rootfs"]["diff_ids"] for image in ("lab-base", "lab-astro"))
    assert astro[: len(base)] == base
    assert len(astro) - len(base) == 2


def test_the_lock_of_a_package_is_taken_whole() -> None:
    script = build_script()
    lock = "a==1 \\\n    --hash=sha256:00 \\\n    --hash=sha256:01\nb-c==2 \\\n    --hash=sha256:02\n"
    assert script.lock_entries(lock, ["b-c"]) == "b-c==2 \\\n    --hash=sha256:02\n"
    assert script.lock_entries(lock, ["a"]).count("--hash") == 2
    with pytest.raises(script.BuildError, match="has no d"):
        script.lock_entries(lock, ["a", "d"])


@pytest.mark.parametrize("program", ["pip", "uv", "npm", "gcc", "sudo"])
def test_a_lab_has_no_tool_that_it_was_built_with(lab: Lab, program: str) -> None:
    assert lab.fails("bash", "-c", f"command -v {program}")


def test_an_idle_lab_takes_little_memory(lab: Lab) -> None:
    sums = "awk '/^Pss:/ {sum += $2} END {print sum}' /proc/[0-9]*/smaps_rollup 2>/dev/null"
    assert int(lab.run("bash", "-c", sums)) < 200_000  # kB
