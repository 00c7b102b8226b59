"""Addresses in files: foreign hosts in shipped code, package registries and machine paths anywhere."""

from __future__ import annotations

import re
from pathlib import Path

__all__ = ["FOREIGN_HOSTS", "foreign_hosts", "machine_paths", "registry_hosts"]

#: Hosts that shipped code may name, each with the reason. None of them is ever connected to.
FOREIGN_HOSTS = {
    "127.0.0.1": "this machine",
    "localhost": "this machine",
    "0.0.0.0": "this machine",
    "[::1]": "this machine",
    "notebooks": "the chart's own Service, inside a cluster",
    "www.ivoa.net": "namespaces and identifiers of the IVOA's standards",
    "ivoa.net": "namespaces and identifiers of the IVOA's standards",
    "www.w3.org": "namespaces of XML, XLink and SVG",
    "json-schema.org": "the identifier of JSON Schema's dialect",
    "jupyter.org": "identifiers of Jupyter's schemas",
    "hub.jupyter.org": "where the chart says that its packed dependency comes from",
    "purl.org": "namespaces of Dublin Core",
    "spdx.org": "identifiers of licences",
    "creativecommons.org": "identifiers of the licences of sample data",
    "doi.org": "identifiers of papers and data",
    "orcid.org": "identifiers of people",
    "www.cosmos.esa.int": "the credit that Gaia and Hipparcos ask for",
}

_ADDRESS = re.compile(r"(?:https?|wss?):(?:\\?/){2}(\[[0-9a-fA-F:]+\]|[A-Za-z0-9][A-Za-z0-9.-]*)")
_PROTOCOL_RELATIVE = re.compile(r"""(?:src|href)\s*=\s*["']//([A-Za-z0-9.-]+)""")
_RESERVED = re.compile(r"(^|\.)(example|invalid|test|localhost|example\.(com|org|net))$")

#: Put together here, so that this file does not hold what it looks for.
_REGISTRIES = tuple(
    ".".join(parts)
    for parts in (
        ("pypi", "org"),
        ("pythonhosted", "org"),
        ("registry", "npmjs"),
        ("npmjs", "org"),
        ("registry", "yarnpkg"),
        ("yarnpkg", "com"),
        ("npmmirror", "com"),
        ("anaconda", "org"),
        ("proxy", "golang"),
        ("unpkg", "com"),
        ("jsdelivr", "net"),
        ("cdnjs", "cloudflare"),
        ("esm", "sh"),
        ("skypack", "dev"),
    )
)
_REGISTRY = re.compile("|".join(rf"(?<![\w-]){re.escape(name)}(?![\w-])" for name in _REGISTRIES))
_OTHER_INDEX = re.compile(r"(?i)(?:index[-_]url|registry|find-links)\s*[=:]\s*[\"']?(https?://[^\s\"']+)")

_MACHINE = re.compile(
    "|".join(
        rf"(?<![\w./])/{'/'.join(parts)}(?=[/\"'\s:)\]]|$)"
        for parts in (("work",), ("tmp", "env"), ("tmp", "brief"))
    )
)


def foreign_hosts(path: Path, text: str) -> list[str]:
    """Find hosts in addresses that shipped code has no reason to name."""
    return [
        f"{path}:{line}: names the host {host}: serve it from here, or give it a reason in FOREIGN_HOSTS"
        for line, content in _lines(text)
        for pattern in (_ADDRESS, _PROTOCOL_RELATIVE)
        for host in pattern.findall(content)
        if host.lower() not in FOREIGN_HOSTS and not _RESERVED.search(host.lower())
    ]


def registry_hosts(path: Path, text: str) -> list[str]:
    """Find hosts of package registries and content networks, and index addresses of any kind."""
    return [
        f"{path}:{line}: names {found}: the tools of the machine know where packages come from"
        for line, content in _lines(text)
        for pattern in (_REGISTRY, _OTHER_INDEX)
        for found in pattern.findall(content)
        if not any(_RESERVED.search(host.lower()) for host in _ADDRESS.findall(found))
    ]


def machine_paths(path: Path, text: str) -> list[str]:
    """Find absolute paths that exist on one developer's machine only."""
    return [
        f"{path}:{line}: names {found.group()}: take the path from the settings or from the file's own place"
        for line, content in _lines(text)
        for found in _MACHINE.finditer(content)
    ]


def _lines(text: str) -> enumerate[str]:
    return enumerate(text.splitlines(), start=1)
