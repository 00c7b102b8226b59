"""A file as an HTTP answer: an attachment that no browser opens by itself, whole or in part."""

from __future__ import annotations

from email.utils import format_datetime
from urllib.parse import quote

from starlette.requests import Request
from starlette.responses import Response

from ...errors import RangeNotSatisfiable
from ...web.streaming import StreamedAnswer
from ..downloads import Download, span_of
from ..nodes import Node

__all__ = ["attachment", "etag"]

_UNKNOWN = "application/octet-stream"
# What other programs want to know and no browser runs. Pages, pictures with scripts, PDF stay bytes.
_KINDS = {
    ".csv": "text/csv",
    ".ecsv": "text/plain",
    ".fits": "application/fits",
    ".ipynb": "application/x-ipynb+json",
    ".jpeg": "image/jpeg",
    ".jpg": "image/jpeg",
    ".json": "application/json",
    ".parquet": "application/vnd.apache.parquet",
    ".png": "image/png",
    ".txt": "text/plain",
    ".vot": "application/x-votable+xml",
}


def attachment(request: Request, download: Download) -> Response:
    """Return the answer that sends a file; it closes the file."""
    node = download.node
    if request.headers.get("if-none-match", "").strip() == etag(node):
        download.close()
        return Response(status_code=304, headers={"ETag": etag(node)})
    headers = _headers(node)
    try:
        status = _choose_span(request, download, headers)
    except RangeNotSatisfiable:
        download.close()
        raise
    headers["Content-Length"] = str(download.span.end - download.span.start)
    if request.method == "HEAD":
        download.close()
        return Response(status_code=status, headers=headers)
    response = StreamedAnswer(download, media_type=headers["Content-Type"], headers=headers)
    response.status_code = status
    return response


def etag(node: Node) -> str:
    """Return the tag by which a client recognises this content."""
    return f'"{node.version}"'


def _choose_span(request: Request, download: Download, headers: dict[str, str]) -> int:
    asked = request.headers.get("range")
    condition = request.headers.get("if-range")
    if asked is None or (condition is not None and condition.strip() != etag(download.node)):
        return 200
    span = span_of(asked, download.node.size)
    if span is None:
        return 200
    download.span = span
    headers["Content-Range"] = f"bytes {span.start}-{span.end - 1}/{download.node.size}"
    return 206


def _headers(node: Node) -> dict[str, str]:
    plain = "".join(c if c.isascii() and c not in '"\\%' else "_" for c in node.name)
    full = quote(node.name, safe="")
    dot = node.name.rfind(".")
    return {
        "Content-Type": _KINDS.get(node.name[dot:].lower(), _UNKNOWN) if dot > 0 else _UNKNOWN,
        "Content-Disposition": f"attachment; filename=\"{plain}\"; filename*=UTF-8''{full}",
        "Content-Security-Policy": "sandbox",
        "X-Content-Type-Options": "nosniff",
        "Cross-Origin-Resource-Policy": "same-origin",
        "Accept-Ranges": "bytes",
        "ETag": etag(node),
        "Last-Modified": format_datetime(node.modified, usegmt=True),
    }
