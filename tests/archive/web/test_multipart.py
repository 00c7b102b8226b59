"""Forms with files: what the disk does not take is said in a sentence."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

import pytest
from astrohub_archive.errors import StorageFull, UsageError
from astrohub_archive.web.multipart import Form, FormLimits, receive_form
from starlette.requests import Request

BODY = (
    b'--x\r\nContent-Disposition: form-data; name="a"\r\n\r\nb\r\n'
    b'--x\r\nContent-Disposition: form-data; name="../f"; filename="/etc/f"\r\n\r\ncontent\r\n--x--\r\n'
)


def received(folder: Path, body: bytes, *, gone: bool = False) -> Form:
    """Receive a form that comes byte by byte."""
    messages: list[dict[str, Any]] = [
        {"type": "http.request", "body": bytes([byte]), "more_body": True} for byte in body
    ]
    end: dict[str, Any] = {"type": "http.request", "body": b"", "more_body": False}
    messages.append({"type": "http.disconnect"} if gone else end)

    async def receive() -> dict[str, Any]:
        return messages.pop(0)

    headers = [(b"content-type", b"multipart/form-data; boundary=x")]
    request = Request({"type": "http", "method": "POST", "headers": headers}, receive)
    return asyncio.run(receive_form(request, folder, FormLimits(100, 100)))


def test_files_go_to_disk_under_names_of_ours(tmp_path: Path) -> None:
    form = received(tmp_path, BODY)
    assert form.pairs == (("a", "b"),)
    assert list(form.files) == ["../f"]
    assert form.files["../f"].parent == tmp_path
    assert form.files["../f"].read_bytes() == b"content"


def test_a_form_whose_sender_leaves_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="broke off before its end"):
        received(tmp_path, BODY[:-20], gone=True)


def test_a_disk_that_takes_no_more_is_named(tmp_path: Path) -> None:
    with pytest.raises(StorageFull, match="could not keep the uploaded tables: No such file or directory"):
        received(tmp_path / "gone", BODY)
