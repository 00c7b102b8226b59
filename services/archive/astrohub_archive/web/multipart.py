"""Forms with files in them (RFC 7578): texts within a bound, files straight to disk, none of it in memory."""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import IO, TYPE_CHECKING

from python_multipart.exceptions import MultipartParseError
from python_multipart.multipart import MultipartParser, parse_options_header
from starlette.requests import ClientDisconnect, Request

from ..errors import RequestTooLarge, StorageFull, UsageError
from .body import BodyStream

if TYPE_CHECKING:
    from python_multipart.multipart import MultipartCallbacks

__all__ = ["Form", "FormLimits", "is_multipart", "receive_form", "stored_name"]

_MOST_PARTS = 1000
_MOST_FILES = 20
_SILENCE_S = 60.0


@dataclass(frozen=True)
class FormLimits:
    """How many bytes the texts of a form may have together, and how many its files."""

    text_bytes: int
    file_bytes: int


@dataclass(frozen=True)
class Form:
    """A form that has been received.

    Attributes
    ----------
    pairs
        Its texts, by name.
    files
        Where its files lie, by the names of their parts.
    """

    pairs: tuple[tuple[str, str], ...]
    files: Mapping[str, Path]


def is_multipart(request: Request) -> bool:
    """Say whether the body of a request is a form of several parts."""
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    return request.method == "POST" and kind == "multipart/form-data"


def stored_name(part: str) -> str:
    """Return the name under which the file of a part is kept: no name of a client's is one of ours."""
    return hashlib.sha256(part.encode("utf-8", "replace")).hexdigest()[:32]


async def receive_form(request: Request, folder: Path, limits: FormLimits) -> Form:
    """Read a form; its files are put into `folder`.

    Raises
    ------
    RequestTooLarge
        When its texts or its files have too many bytes.
    UsageError
        When it is damaged, or silent for too long.
    StorageFull
        When the disk takes no more.
    """
    _, options = parse_options_header(request.headers["content-type"])
    boundary = options.get(b"boundary")
    if not boundary:
        raise _damaged("its Content-Type names no boundary")
    parts = _Parts(folder, limits)
    parser = MultipartParser(boundary, parts.callbacks())
    body = BodyStream(request.receive)
    try:
        pieces = aiter(body)
        while (piece := await _next(pieces)) is not None:
            await asyncio.to_thread(parser.write, piece)
        await asyncio.to_thread(parser.finalize)
    except MultipartParseError as e:
        raise _damaged(str(e)) from e
    except OSError as e:
        await body.read_on()
        raise StorageFull(
            f"The archive could not keep the uploaded tables: {e.strerror or 'its disk failed'}; "
            "its operators can make room."
        ) from e
    except (RequestTooLarge, UsageError):
        await body.read_on()
        raise
    finally:
        parts.close()
    if not parts.is_whole:
        raise _damaged("its last part has no end")
    return Form(tuple(parts.pairs), parts.files)


async def _next(pieces: object) -> bytes | None:
    try:
        async with asyncio.timeout(_SILENCE_S):
            found: bytes | None = await anext(pieces, None)  # type: ignore[call-overload]
            return found
    except TimeoutError as e:
        raise UsageError(f"The request was silent for {_SILENCE_S:g} s; send it again.") from e
    except ClientDisconnect as e:
        raise UsageError("The request broke off before its end; send it again.") from e


class _Parts:
    """Takes the parts as the parser finds them."""

    def __init__(self, folder: Path, limits: FormLimits) -> None:
        self.pairs: list[tuple[str, str]] = []
        self.files: dict[str, Path] = {}
        self.is_whole = False
        self._folder = folder
        self._limits = limits
        self._text_bytes = self._file_bytes = self._count = 0
        self._field = self._value = self._disposition = b""
        self._name = ""
        self._text: bytearray = bytearray()
        self._file: IO[bytes] | None = None

    def callbacks(self) -> MultipartCallbacks:
        return {
            "on_part_begin": self._begin,
            "on_header_field": self._header_field,
            "on_header_value": self._header_value,
            "on_header_end": self._header_end,
            "on_headers_finished": self._headers_finished,
            "on_part_data": self._data,
            "on_part_end": self._end,
            "on_end": self._all,
        }

    def close(self) -> None:
        if self._file is not None:
            self._file.close()

    def _begin(self) -> None:
        self._count += 1
        if self._count > _MOST_PARTS:
            raise UsageError(f"The form has more than {_MOST_PARTS:,} parts; send fewer.")
        self._field = self._value = self._disposition = b""
        self._text = bytearray()

    def _header_field(self, data: bytes, start: int, end: int) -> None:
        self._field += data[start:end]

    def _header_value(self, data: bytes, start: int, end: int) -> None:
        self._value += data[start:end]

    def _header_end(self) -> None:
        if self._field.lower() == b"content-disposition":
            self._disposition = self._value
        self._field = self._value = b""

    def _headers_finished(self) -> None:
        _, options = parse_options_header(self._disposition)
        if b"name" not in options:
            raise _damaged("a part of it has no name")
        self._name = options[b"name"].decode("utf-8", "replace")
        if b"filename" in options:
            self._open()

    def _open(self) -> None:
        if self._name in self.files:
            raise UsageError(f"The form has two files in parts named {self._name[:60]!r}; name them apart.")
        if len(self.files) >= _MOST_FILES:
            raise UsageError(f"The form has more than {_MOST_FILES} files; send fewer.")
        path = self._folder / stored_name(self._name)
        self._file = path.open("xb")
        self.files[self._name] = path

    def _data(self, data: bytes, start: int, end: int) -> None:
        if self._file is None:
            self._text_bytes += end - start
            _check_size(self._text_bytes, self._limits.text_bytes, "The texts of the request are")
            self._text += data[start:end]
        else:
            self._file_bytes += end - start
            _check_size(self._file_bytes, self._limits.file_bytes, "The uploaded tables are together")
            self._file.write(memoryview(data)[start:end])

    def _end(self) -> None:
        if self._file is not None:
            self._file.close()
            self._file = None
            return
        try:
            self.pairs.append((self._name, self._text.decode("utf-8")))
        except UnicodeDecodeError as e:
            raise _damaged("a text in it is not UTF-8") from e

    def _all(self) -> None:
        self.is_whole = True


def _check_size(size_bytes: int, most_bytes: int, what: str) -> None:
    if size_bytes > most_bytes:
        raise RequestTooLarge(f"{what} longer than the {most_bytes:,} bytes allowed; send less.")


def _damaged(how: str) -> UsageError:
    return UsageError(f"The form of the request is damaged: {how[:200]}.")
