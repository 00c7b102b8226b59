"""Our images on the node: built when their content has changed, loaded when they are not there."""

from __future__ import annotations

import importlib.util
import os
import sys
import tempfile
from contextlib import suppress
from pathlib import Path
from types import ModuleType

from ..cluster import Cluster
from ..errors import ClusterError
from ..node.namespaces import inside
from ..node.settings_files import CONTAINERD_SOCKET
from ..places import CACHE, CLONE
from ..programs import run
from ..report import Report
from ..supply.buildah import buildah, buildah_command, has_image
from ..supply.contents import digest

__all__ = ["GIVEN", "build_images", "build_script", "images_on_node"]

#: Where the images are for a cluster that is not ours, as `registry.example/astrohub/{}:1`.
GIVEN = "ASTROHUB_TEST_IMAGES"
_PATTERN = "astrohub.test/{}:{}"
#: lab-base is in lab-astro.
_ON_THE_NODE = ("proxy", "hub", "archive", "postgresql", "lab-astro")


def build_script() -> ModuleType:
    """Return images/build.py, which is a script and in no package."""
    name = "astrohub_images_build"
    if name not in sys.modules:
        spec = importlib.util.spec_from_file_location(name, CLONE / "images" / "build.py")
        assert spec
        assert spec.loader
        sys.modules[name] = module = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(module)
    return sys.modules[name]


def images_on_node(cluster: Cluster, report: Report) -> dict[str, str]:
    """Return the full names of our images, all of them on the node.

    Raises
    ------
    ClusterError
        When the cluster is not ours and nobody says where its images are.
    """
    if given := os.environ.get(GIVEN):
        return {image: given.format(image) for image in _ON_THE_NODE}
    if cluster.first is None:
        raise ClusterError(f"Say in {GIVEN} where the images are, as `registry.example/astrohub/{{}}:1`.")
    names = build_images(report)
    there = _on_the_node(cluster)
    for image_name in _ON_THE_NODE:
        if names[image_name] not in there:
            _load(cluster, names[image_name], report)
    return {image_name: names[image_name] for image_name in _ON_THE_NODE}


def build_images(report: Report) -> dict[str, str]:
    """Build what has changed since it was last built, and return the full names of all our images."""
    names: dict[str, str] = {}
    for image in build_script().IMAGES.values():
        names[image.name] = _built(image, names.get(image.base), report)
    return names


def _built(image: object, base: str | None, report: Report) -> str:
    script = build_script()
    with tempfile.TemporaryDirectory(prefix="astrohub-image-") as folder:
        context = Path(folder)
        script.prepare_context(image, context)
        short = str(getattr(image, "name"))  # noqa: B009  # the class is the script's own
        name = _PATTERN.format(short, digest(context, base or "", *script.AUTHORITY_ARGUMENTS))
        if not has_image(name):
            with report.step(f"Image: {short}"):
                script.Builder(buildah_command()).build(name, context, base)
            _forget_older(name)
    return name


def _forget_older(name: str) -> None:
    """Remove earlier versions of an image; layers that it shares with them stay."""
    listed = buildah(
        "images", "--format", "{{.Name}}:{{.Tag}}", "--filter", f"reference={name.rpartition(':')[0]}:*"
    )
    for older in {*listed.split()} - {name}:
        with suppress(ClusterError):  # another image may stand on it
            buildah("rmi", older)


def _load(cluster: Cluster, name: str, report: Report) -> None:
    CACHE.mkdir(parents=True, exist_ok=True)
    with report.step(f"Image onto the node: {name}"), tempfile.TemporaryDirectory(dir=CACHE) as folder:
        cluster.load_built_image(name, Path(folder, "image.tar"))


def _on_the_node(cluster: Cluster) -> set[str]:
    assert cluster.first is not None
    client = [*inside(cluster.first), "ctr", "--address", str(CONTAINERD_SOCKET), "--namespace", "k8s.io"]
    return set(run([*client, "images", "list", "--quiet"]).split())
