"""The test cluster by hand: `python -m tests.cluster up`, `status`, `kubectl …`, `helm …`, `down`."""

from __future__ import annotations

import argparse
import os
import sys
import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import NoReturn

from .chart.our_images import build_images
from .cluster import Cluster
from .errors import ClusterError
from .node.box import bring_up, take_down
from .node.record import read_record
from .places import KUBECONFIG
from .report import Report
from .requirements_of_machine import obstacle
from .session import GIVEN, given_cluster, running_by_hand
from .supply.buildah import build, buildah_command
from .supply.everything import make_everything

__all__ = ["main"]


def main(words: Sequence[str] | None = None) -> int:
    """Run a command and return its exit code."""
    arguments = _parser().parse_args(words)
    command: Callable[[argparse.Namespace, Report], int] = arguments.run
    try:
        return command(arguments, Report())
    except ClusterError as e:
        print(e, file=sys.stderr)
        return 1


def _up(_: argparse.Namespace, report: Report) -> int:
    if running := running_by_hand():
        report.say(f"The test cluster runs already: {running.kubeconfig}")
        return 0
    if reason := obstacle():
        raise ClusterError(reason)
    supply = make_everything(report)
    report.say(f"Everything is built after {report.elapsed():.1f} s")
    bring_up(supply, report)
    report.say(f"The test cluster runs after {report.elapsed():.1f} s: export KUBECONFIG={KUBECONFIG}")
    return 0


def _make(_: argparse.Namespace, report: Report) -> int:
    if given_cluster(report):
        report.say(f"Tests run on the cluster that {GIVEN} names")
        return 0
    if reason := obstacle():
        report.say(f"{reason} Without it, tests of the cluster are skipped.")
        return 0
    make_everything(report)
    build_images(report)
    report.say(f"Everything is built after {report.elapsed():.1f} s")
    return 0


def _down(_: argparse.Namespace, report: Report) -> int:
    take_down(report)
    return 0


def _status(_: argparse.Namespace, report: Report) -> int:
    record = read_record()
    if not record:
        report.say("No test cluster runs.")
        return 1
    if not record.lives():
        report.say("The last test cluster crashed: `python -m tests.cluster down` removes what is left.")
        return 1
    whose = "by hand" if record.owner is None else f"for process {record.owner}"
    state = "runs" if record.ready else "is starting"
    report.say(f"The test cluster {state}, started {whose} from {record.clone}; KUBECONFIG={KUBECONFIG}")
    return 0


def _kubectl(arguments: argparse.Namespace, _: Report) -> NoReturn:
    cluster = _running()
    _become([*cluster.kubectl_command, *arguments.words], cluster)


def _helm(arguments: argparse.Namespace, _: Report) -> NoReturn:
    cluster = _running()
    _become([*cluster.helm_command, *arguments.words], cluster)


def _buildah(arguments: argparse.Namespace, _: Report) -> NoReturn:
    _become([*buildah_command(), *arguments.words])


def _build(arguments: argparse.Namespace, report: Report) -> int:
    build_arguments = dict(word.split("=", 1) for word in arguments.build_arg)
    with report.step(f"Image {arguments.tag}"):
        build(arguments.tag, arguments.context, dockerfile=arguments.file, arguments=build_arguments)
    return 0


def _load(arguments: argparse.Namespace, report: Report) -> int:
    archive = Path(arguments.image)
    with report.step(f"Loaded {arguments.image}"):
        if archive.is_file():
            _running().load_image(archive)
        else:
            with tempfile.TemporaryDirectory(dir="/var/tmp") as folder:
                _running().load_built_image(arguments.image, Path(folder, "image.tar"))
    return 0


def _running() -> Cluster:
    if not (cluster := running_by_hand()):
        raise ClusterError("No test cluster runs: `python -m tests.cluster up` starts one.")
    return cluster


def _become(command: list[str], cluster: Cluster | None = None) -> NoReturn:
    variables = cluster.variables if cluster else os.environ | {"BUILDAH_ISOLATION": "chroot"}
    os.execvpe(command[0], command, variables)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m tests.cluster", description=__doc__)
    commands = parser.add_subparsers(required=True, metavar="COMMAND")

    def add(
        name: str, run: Callable[[argparse.Namespace, Report], int], text: str
    ) -> argparse.ArgumentParser:
        one = commands.add_parser(name, help=text, description=text)
        one.set_defaults(run=run)
        return one

    add("up", _up, "build what is missing, start the cluster and leave it running")
    add("down", _down, "end the cluster and remove every trace of it")
    add("status", _status, "say whether a cluster runs")
    add("make", _make, "build what a cluster is made of, and start none")
    for name, run in (("kubectl", _kubectl), ("helm", _helm), ("buildah", _buildah)):
        add(name, run, f"run {name}").add_argument("words", nargs=argparse.REMAINDER)
    one = add("build", _build, "build an image without a registry")
    one.add_argument("tag")
    one.add_argument("context", type=Path)
    one.add_argument("--file", type=Path, help="the Dockerfile, if not the context's own")
    one.add_argument("--build-arg", action="append", default=[], metavar="NAME=VALUE")
    add("load", _load, "put an image onto the node").add_argument("image", help="a tar, or a built name")
    return parser
