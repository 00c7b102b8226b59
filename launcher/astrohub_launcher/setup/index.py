"""The address of the package index, as this machine is told it."""

from __future__ import annotations

import configparser
import importlib
import os
import sys
import warnings
from collections.abc import Iterator, Mapping
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

__all__ = ["find_index", "named_index"]

_VARIABLES = ("ASTROHUB_PACKAGE_INDEX", "UV_DEFAULT_INDEX", "UV_INDEX_URL", "PIP_INDEX_URL")


def find_index(variables: Mapping[str, str]) -> str | None:
    """Return the address of the index in PEP 503's sense, or None when nothing here tells it."""
    return named_index(variables) or _of_this_python()


def named_index(variables: Mapping[str, str]) -> str | None:
    """Return the address that somebody set on this machine, or None."""
    for name in _VARIABLES:
        if variables.get(name, "").strip():
            return variables[name].strip()
    for file in _pip_files(variables):
        if address := _of_pip_file(file):
            return address
    return None


def _pip_files(variables: Mapping[str, str]) -> Iterator[Path]:
    """Yield pip's settings files, the strongest first."""
    if chosen := variables.get("PIP_CONFIG_FILE"):
        yield Path(chosen)
    yield Path(sys.prefix) / "pip.conf"
    if home := variables.get("HOME"):
        yield Path(variables.get("XDG_CONFIG_HOME") or Path(home, ".config"), "pip", "pip.conf")
        yield Path(home, ".pip", "pip.conf")
        yield Path(home, "Library", "Application Support", "pip", "pip.conf")
    yield Path("/etc/pip.conf")
    for folder in (variables.get("XDG_CONFIG_DIRS") or "/etc/xdg").split(os.pathsep):
        yield Path(folder, "pip", "pip.conf")


def _of_pip_file(file: Path) -> str | None:
    parser = configparser.RawConfigParser()
    try:
        parser.read(file, encoding="utf-8")
    except (configparser.Error, OSError, UnicodeDecodeError):
        return None
    for section in ("install", "global"):
        if address := parser.get(section, "index-url", fallback="").strip():
            return address
    return None


def _of_this_python() -> str | None:
    """Ask the Python's own packaging module, where there is one, for the host it would upload to."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            module = importlib.import_module("distutils.config")
        address = urlsplit(str(module.PyPIRCCommand.DEFAULT_REPOSITORY))
    except (ImportError, AttributeError):
        return None
    host = (address.hostname or "").removeprefix("upload.")
    return urlunsplit((address.scheme, host, "/simple", "", "")) if host else None
