"""Jobs as XML (UWS 1.1, §3)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime

from ..times import timestamp
from ..xml import XSI, Element, add, document, escaped, root
from .job import Job, Phase, Progress
from .listing import JobReference

__all__ = ["job_document", "job_list_document", "parameters_document", "results_document"]

_NAMESPACES = {
    "uws": "http://www.ivoa.net/xml/UWS/v1.0",
    "xlink": "http://www.w3.org/1999/xlink",
    "xsi": XSI,
}


def job_document(job: Job, job_url: str) -> bytes:
    """Return a job with all that is known of it.

    Parameters
    ----------
    job
        The job.
    job_url
        Its own address; the results' addresses begin with it.
    """
    top = root("uws:job", _NAMESPACES, version="1.1")
    add(top, "uws:jobId", job.job_id)
    if job.run_id:
        add(top, "uws:runId", job.run_id)
    _add_or_nil(top, "uws:ownerId", job.owner)
    add(top, "uws:phase", job.phase.value)
    _add_or_nil(top, "uws:quote", None)
    add(top, "uws:creationTime", timestamp(job.creation))
    _add_or_nil(top, "uws:startTime", _text(job.start))
    _add_or_nil(top, "uws:endTime", _text(job.end))
    add(top, "uws:executionDuration", str(job.execution_duration_s))
    add(top, "uws:destruction", timestamp(job.destruction))
    _fill_parameters(add(top, "uws:parameters"), job)
    _fill_results(add(top, "uws:results"), job, job_url)
    if job.phase is Phase.ERROR:
        summary = add(top, "uws:errorSummary", type="fatal", hasDetail="true")
        add(summary, "uws:message", job.error or "The job failed.")
    _add_info(top, job)
    return document(top)


def job_list_document(jobs: Iterable[JobReference], list_url: str) -> bytes:
    """Return a list of jobs, each with its address below `list_url`."""
    whole = document(root("uws:jobs", _NAMESPACES, version="1.1")).decode()
    # A list may be long, and is written ten times as fast as text.
    opened = whole.rstrip().removesuffix("/>") + ">"
    return f"{opened}{''.join(_references(jobs, list_url))}</uws:jobs>\n".encode()


def _references(jobs: Iterable[JobReference], list_url: str) -> Iterator[str]:
    href = escaped(list_url)
    for job in jobs:
        run_id = f"<uws:runId>{escaped(job.run_id)}</uws:runId>" if job.run_id else ""
        owner = ' xsi:nil="true" />' if job.owner is None else f">{escaped(job.owner)}</uws:ownerId>"
        yield (
            f'<uws:jobref id="{job.job_id}" xlink:type="simple" xlink:href="{href}/{job.job_id}">'
            f"<uws:phase>{job.phase}</uws:phase>{run_id}<uws:ownerId{owner}"
            f"<uws:creationTime>{timestamp(job.created)}</uws:creationTime></uws:jobref>"
        )


def parameters_document(job: Job) -> bytes:
    """Return the parameters of a job."""
    top = root("uws:parameters", _NAMESPACES)
    _fill_parameters(top, job)
    return document(top)


def results_document(job: Job, job_url: str) -> bytes:
    """Return the list of a job's results."""
    top = root("uws:results", _NAMESPACES)
    _fill_results(top, job, job_url)
    return document(top)


def _add_info(top: Element, job: Job) -> None:
    """Say in words of our own what UWS 1.1 (§3) has none for; it leaves the content of jobInfo open."""
    if job.phase is Phase.ERROR and job.error_slug:
        add(add(top, "uws:jobInfo"), "error", xmlns="urn:astrohub:error", slug=job.error_slug)
    elif job.progress is not None and not job.is_final:
        _add_progress(add(top, "uws:jobInfo"), job.progress)


def _add_progress(info: Element, progress: Progress) -> None:
    figures = (progress.read_bytes, progress.size_bytes, progress.written_bytes, progress.written_rows)
    read, whole, written, rows = map(str, figures)
    add(
        info,
        "progress",
        xmlns="urn:astrohub:progress",
        bytesRead=read,
        bytesInAll=whole,
        bytesWritten=written,
        rowsWritten=rows,
    )


def _fill_parameters(element: Element, job: Job) -> None:
    for name, value in job.parameters:
        add(element, "uws:parameter", value, id=name)


def _fill_results(element: Element, job: Job, job_url: str) -> None:
    if job.phase is Phase.COMPLETED and job.result is not None:
        attributes: Mapping[str, str] = {
            "id": "result",
            "mime-type": job.result.mime,
            "xlink:type": "simple",
            "xlink:href": f"{job_url}/results/result",
        }
        add(element, "uws:result", **attributes)


def _add_or_nil(parent: Element, tag: str, text: str | None) -> None:
    add(parent, tag, text, xsi__nil="true" if text is None else None)


def _text(moment: datetime | None) -> str | None:
    return None if moment is None else timestamp(moment)
