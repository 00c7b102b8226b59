"""Our images: whose they are, what they do not hold, how much a change of our code moves."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from ..places import CACHE
from ..report import Report
from ..supply.buildah import buildah, buildah_command
from .our_images import build_images, build_script
from .site import Lab

USERS = {
    "proxy": "65534:65534",
    "hub": "1000",
    "postgresql": "61081:61081",
    "archive": "61080:61080",
    "lab-base": "65534:65534",
    "lab-astro": "65534:65534",
}
#: Where buildah says how large layers are.
LAYERS = CACHE / "storage" / "images" / "overlay-layers"
#: Bytes, unpacked; packed they are about a third.
AT_MOST = {
    "proxy": 300e6,
    "postgresql": 280e6,
    "hub": 450e6,
    "archive": 850e6,
    "lab-base": 1.5e9,
    "lab-astro": 1.5e9,
}


@pytest.fixture(scope="module")
def names() -> dict[str, str]:
    """Our images, built."""
    return build_images(Report())


@pytest.fixture(scope="module")
def inspected(names: dict[str, str]) -> Callable[[str], dict[str, Any]]:
    """Return what an image says of itself."""

    def of(image: str) -> dict[str, Any]:
        return _inspect(names[image])

    return of


def _inspect(name: str) -> dict[str, Any]:
    return dict(json.loads(buildah("inspect", "--type", "image", name))["OCIv1"])


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


@pytest.mark.parametrize("image", ["hub", "archive", "lab-astro"])
def test_a_change_of_our_code_moves_little(names: dict[str, str], image: str) -> None:
    # The two topmost layers are ours; unpacked they are larger than what is sent.
    assert sum(_layer_sizes(names[image])[-2:]) < 20e6


def test_only_the_topmost_layers_know_our_code(names: dict[str, str], tmp_path: Path) -> None:
    script = build_script()
    script.prepare_context(script.IMAGES["hub"], tmp_path)
    # Built once more: layers of an image that was made long ago may not be those that are kept for builds.
    same, other = f"{names['hub']}-same", f"{names['hub']}-other"
    script.Builder(buildah_command()).build(same, tmp_path)
    (tmp_path / "wheels.sha256").write_text("other code\n")
    script.Builder(buildah_command()).build(other, tmp_path)
    before, after = (_inspect(name)["rootfs"]["diff_ids"] for name in (same, other))
    for name in (same, other):
        buildah("rmi", name)
    assert before[:-2] == after[:-2]
    assert before[-2:] != after[-2:]


def test_what_a_build_is_given_has_the_same_modes_from_every_clone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    script = build_script()
    shutil.copytree(script.CLONE / "images", tmp_path / "clone" / "images")
    for path in (tmp_path / "clone").rglob("*"):
        path.chmod(path.stat().st_mode & 0o700)
    monkeypatch.setattr(script, "CLONE", tmp_path / "clone")
    script.prepare_context(script.IMAGES["lab-base"], tmp_path / "context")
    given = {path.name: path.stat().st_mode & 0o777 for path in (tmp_path / "context").rglob("*")}
    assert (given["Dockerfile"], given["install-python"]) == (0o644, 0o755)
    assert set(given.values()) == {0o644, 0o755}


@pytest.mark.parametrize("image", ["proxy", "hub", "archive", "postgresql"])
def test_an_image_tells_its_parts(names: dict[str, str], image: str) -> None:
    script = build_script()
    content = script.Builder(buildah_command()).contents(script.IMAGES[image], names[image])
    assert content["bomFormat"] == "CycloneDX"
    found = {part["name"]: part["purl"] for part in content["components"]}
    assert found["libc6"].startswith("pkg:deb/debian/libc6@2.36")
    telling = {
        "proxy": ("configurable-http-proxy", "node"),
        "hub": ("jupyterhub", "astrohub-hub"),
        "archive": ("duckdb", "astrohub-archive", "astrohub-notebooks", "git"),
        "postgresql": ("postgresql-15",),
    }
    assert set(telling[image]) <= set(found)


def test_the_archive_can_fetch_a_collection_and_has_no_perl_modules(names: dict[str, str]) -> None:
    container = buildah("from", "--pull-never", names["archive"]).strip().splitlines()[-1]
    try:
        # Nobody listens there: git has found its helper for HTTPS when it says so.
        fetching = (
            "git ls-remote https://127.0.0.1:1/a; cd /tmp; git init --quiet a; git clone file:///tmp/a b"
        )
        words = ["sh", "-c", f"({fetching}; ls -d /usr/share/perl) 2>&1 || true"]
        said = buildah("run", container, "--", *words)
    finally:
        buildah("rm", container)
    assert "Failed to connect" in said
    assert "empty repository" in said
    assert "/usr/share/perl" not in said.splitlines()


def _layer_sizes(name: str) -> list[int]:
    """Return how large each layer of an image is, unpacked, the lowest first."""
    layers = {layer["id"]: layer for layer in json.loads((LAYERS / "layers.json").read_text())}
    image = buildah("images", "--quiet", "--no-trunc", "--filter", f"reference={name}").strip()
    known = json.loads((LAYERS.parent / "overlay-images" / "images.json").read_text())
    layer = next(found["layer"] for found in known if image.endswith(found["id"]))
    sizes = []
    while layer:
        sizes.append(int(layers[layer].get("diff-size", 0)))
        layer = layers[layer].get("parent")
    return sizes[::-1]


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
