"""The site's address: its name, its certificate, and the names below it."""

from __future__ import annotations

import asyncio
import ipaddress
import socket
import ssl
from datetime import UTC, datetime
from urllib.parse import urlsplit

from ..findings import Finding, fine, problem, skipped, warning
from ..settings import PreflightSettings

__all__ = ["check_address", "judge_certificate"]

#: Any name below the site's will do: the wildcard covers it or does not.
_BELOW = "preflight-check"
_REACHED_WITHIN_S = 10
_SOON_DAYS = 14
_HTTPS = 443


async def check_address(settings: PreflightSettings) -> list[Finding]:
    """Resolve the site's name, and look at its certificate."""
    address = urlsplit(settings.public_url)
    host = str(address.hostname)
    if _is_here(host):
        return [skipped("address", f"{settings.public_url} is an address of one machine only")]
    names = [host, f"{_BELOW}.{host}"] if settings.subdomains else [host]
    findings = []
    for name in names:
        findings += await _check_name(name, address.port or _HTTPS, tls=address.scheme == "https")
    if address.scheme == "http":
        findings.append(
            warning("tls", f"{settings.public_url} is not encrypted", "Give it TLS, and publicUrl https.")
        )
    return findings


async def _check_name(name: str, port: int, *, tls: bool) -> list[Finding]:
    try:
        await asyncio.to_thread(socket.getaddrinfo, name, port)
    except OSError as e:
        what = f"*.{name.partition('.')[2]}" if name.startswith(_BELOW) else name
        return [
            problem("address", f"{name} does not resolve: {e.strerror}", f"Make a DNS record for {what}.")
        ]
    found = [fine("address", f"{name} resolves")]
    return [*found, await _check_certificate(name, port)] if tls else found


async def _check_certificate(name: str, port: int) -> Finding:
    try:
        async with asyncio.timeout(_REACHED_WITHIN_S):
            _, writer = await asyncio.open_connection(name, port, ssl=ssl.create_default_context())
    except ssl.SSLCertVerificationError as e:
        return judge_certificate(name, None, e.verify_message)
    except (OSError, TimeoutError) as e:
        said = f"nothing answers at {name}:{port} yet ({getattr(e, 'strerror', None) or 'no answer'})"
        return warning(
            "tls", said, "Before an install that is as it should be; after it, look at the gateway."
        )
    expires = writer.get_extra_info("peercert")["notAfter"]
    writer.close()
    return judge_certificate(name, datetime.fromtimestamp(ssl.cert_time_to_seconds(expires), UTC))


def judge_certificate(name: str, expires: datetime | None, fault: str = "") -> Finding:
    """Judge a certificate: the fault that the verification found, or when it ends."""
    if expires is None:
        cure = f"Its certificate must name {name}"
        below = f" (one for *.{name.partition('.')[2]} does)" if name.startswith(_BELOW) else ""
        return problem(
            "tls", f"the certificate of {name} is refused: {fault}", f"{cure}{below} and be trusted."
        )
    days = (expires - datetime.now(UTC)).days
    if days < _SOON_DAYS:
        return warning("tls", f"the certificate of {name} ends in {days} days", "Renew it.")
    return fine("tls", f"the certificate of {name} is good for {days} days")


def _is_here(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
