"""The archive's figures: what happens is counted, dashboards read what exists, strangers get nothing."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
import requests

from ...support.fake_hub import FakeHub
from ...support.monitoring import labels_told, metrics_told, metrics_used
from ...support.ports import free_port
from ...support.running_archive import RunningArchive, running_archive


@pytest.fixture(scope="module")
def watched(
    tmp_path_factory: pytest.TempPathFactory, sample_data: Path, hub: FakeHub
) -> Iterator[RunningArchive]:
    """An archive that Prometheus watches, with one query, one refusal and one unknown address behind it."""
    folder = tmp_path_factory.mktemp("watched")
    bind = {"host": "127.0.0.1", "port": free_port(), "metricsPort": free_port()}
    with running_archive(
        folder, sample_data, hub.api_url, bind=bind, publicUrl=f"http://127.0.0.1:{bind['port']}"
    ) as archive:
        assert archive.query("SELECT TOP 1 name FROM openngc.objects").ok
        assert archive.query("SELECT nonsense FROM openngc.objects").status_code == 400
        requests.get(f"{archive.base}/services/archive/{'x' * 40}", timeout=30)
        yield archive


@pytest.fixture(scope="module")
def told(watched: RunningArchive) -> str:
    """What the archive tells Prometheus."""
    answer = requests.get(f"http://127.0.0.1:{watched.settings['bind']['metricsPort']}/metrics", timeout=30)
    assert answer.ok
    return answer.text


def test_dashboards_and_rules_read_only_what_the_archive_tells(told: str) -> None:
    used = metrics_used("archive")
    assert len(used) > 8
    assert set(used) - metrics_told(told) == set()
    for name, labels in used.items():
        assert labels <= labels_told(told, name), name


def test_every_figure_of_the_archive_is_shown_or_watched(told: str) -> None:
    def figure(name: str) -> str:
        return name.removesuffix("_bucket").removesuffix("_count").removesuffix("_sum")

    ours = {figure(name) for name in metrics_told(told) if name.startswith("astrohub_archive_")}
    assert ours - {figure(name) for name in metrics_used("archive")} == set()


@pytest.mark.parametrize(
    "line",
    [
        "astrohub_archive_available 1.0",
        'astrohub_archive_query_seconds_count{lane="quick"} 1.0',
        'astrohub_archive_workers{lane="quick",state="busy"} 0.0',
        'astrohub_archive_queries_refused_total{lane="quick"} 0.0',
        'astrohub_archive_requests_total{protocol="tap",status="400"} 1.0',
        'astrohub_archive_refusals_total{reason="query"} 1.0',
        'astrohub_archive_requests_total{protocol="other",status="404"} 1.0',
    ],
)
def test_what_happened_is_counted(told: str, line: str) -> None:
    assert line in told.splitlines(), told


def test_no_words_of_strangers_become_names_of_figures(told: str) -> None:
    assert "xxx" not in told


@pytest.mark.parametrize("path", ["/metrics", "/services/archive/metrics"])
def test_the_public_port_tells_no_figures(watched: RunningArchive, path: str) -> None:
    answer = requests.get(f"{watched.base}{path}", timeout=30)
    assert answer.status_code == requests.codes.not_found
    assert "astrohub_archive_" not in answer.text
