"""The archive's figures for Prometheus, on a port of their own that no route from outside leads to."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

from prometheus_client import CollectorRegistry, ProcessCollector, start_http_server
from prometheus_client.core import (
    CounterMetricFamily,
    GaugeMetricFamily,
    HistogramMetricFamily,
    Metric,
)
from prometheus_client.registry import Collector

from .factory import Archive
from .settings import Settings, SettingsError
from .web.traffic import Traffic

__all__ = ["Figures", "offer_metrics"]

_NAME = "astrohub_archive_"


def offer_metrics(archive: Archive, traffic: Traffic) -> None:
    """Answer Prometheus in a thread of its own, if the settings name a port.

    Raises
    ------
    SettingsError
        When the port is taken.
    """
    bind = archive.settings.bind
    if bind.metrics_port is None:
        return
    registry = CollectorRegistry()
    registry.register(Figures(archive, traffic))
    ProcessCollector(registry=registry)
    try:
        start_http_server(bind.metrics_port, bind.host, registry)
    except OSError as e:
        raise SettingsError(
            f"The figures cannot be offered on {bind.host}:{bind.metrics_port}: {e.strerror}; "
            "set another bind.metricsPort."
        ) from e


class Figures(Collector):
    """Reads what lanes and requests have counted, whenever it is asked.

    Parameters
    ----------
    archive
        Whose lanes and folders.
    traffic
        Its requests.
    """

    def __init__(self, archive: Archive, traffic: Traffic) -> None:
        self._archive = archive
        self._traffic = traffic

    def collect(self) -> Iterator[Metric]:
        """Yield all families."""
        available = self._archive.pool.healthy().available
        yield GaugeMetricFamily(f"{_NAME}available", "Whether queries can be answered.", float(available))
        yield from self._queries()
        yield from self._requests()
        yield from _room(self._archive.settings)

    def _queries(self) -> Iterator[Metric]:
        lanes = ["lane"]
        seconds = HistogramMetricFamily(
            f"{_NAME}query_seconds", "How long queries took, waiting for a worker included.", labels=lanes
        )
        refused = CounterMetricFamily(
            f"{_NAME}queries_refused", "Queries that found no worker.", labels=lanes
        )
        replaced = CounterMetricFamily(
            f"{_NAME}workers_replaced", "Workers that died or were ended.", labels=lanes
        )
        waiting = GaugeMetricFamily(
            f"{_NAME}queries_waiting", "Queries that wait for a worker.", labels=lanes
        )
        workers = GaugeMetricFamily(f"{_NAME}workers", "Workers by what they do.", labels=[*lanes, "state"])
        for lane in self._archive.pool.lanes:
            seconds.add_metric([lane.name], lane.usage.answered.up_to(), lane.usage.answered.total_s)
            refused.add_metric([lane.name], lane.usage.refused)
            replaced.add_metric([lane.name], lane.usage.replaced)
            waiting.add_metric([lane.name], lane.waiting)
            workers.add_metric([lane.name, "busy"], lane.busy)
            workers.add_metric([lane.name, "idle"], max(0, lane.alive - lane.busy))
        yield from (seconds, refused, replaced, waiting, workers)

    def _requests(self) -> Iterator[Metric]:
        protocols, traffic = ["protocol"], self._traffic
        requests = CounterMetricFamily(
            f"{_NAME}requests", "Requests by protocol and HTTP status.", labels=[*protocols, "status"]
        )
        for (protocol, status), number in list(traffic.requests.items()):
            requests.add_metric([protocol, str(status)], number)
        sent = CounterMetricFamily(f"{_NAME}sent_bytes", "Bytes of answers.", labels=protocols)
        for protocol, size in list(traffic.sent_bytes.items()):
            sent.add_metric([protocol], size)
        refusals = CounterMetricFamily(
            f"{_NAME}refusals", "Requests that were refused or failed, by reason.", labels=["reason"]
        )
        for reason, number in list(traffic.refusals.items()):
            refusals.add_metric([reason], number)
        seconds = HistogramMetricFamily(
            f"{_NAME}request_seconds", "How long requests took, to the last byte.", labels=protocols
        )
        for protocol, durations in list(traffic.durations.items()):
            seconds.add_metric([protocol], durations.up_to(), durations.total_s)
        yield from (requests, sent, refusals, seconds)


def _room(settings: Settings) -> Iterator[Metric]:
    free = GaugeMetricFamily(f"{_NAME}volume_free_bytes", "Room left on a volume.", labels=["volume"])
    size = GaugeMetricFamily(f"{_NAME}volume_size_bytes", "Size of a volume.", labels=["volume"])
    folders: dict[str, Path | None] = {"work": settings.work_dir, "files": settings.files_dir}
    for volume, folder in folders.items():
        if folder is not None and folder.is_dir():
            usage = shutil.disk_usage(folder)
            free.add_metric([volume], usage.free)
            size.add_metric([volume], usage.total)
    yield from (free, size)
