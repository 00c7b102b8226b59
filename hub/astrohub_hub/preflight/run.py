"""All checks of one run: what hangs on nothing first, then what needs pods; and all is removed again."""

from __future__ import annotations

import asyncio
import secrets
import sys
from collections.abc import Awaitable
from contextlib import suppress
from pathlib import Path

from .checks.address import check_address
from .checks.api import check_api
from .checks.images import check_images
from .checks.memory import check_memory
from .checks.network import check_network
from .checks.quota import check_quota
from .checks.secret import check_secret
from .checks.storage import check_storage
from .cluster import Cluster, Refused, connected
from .findings import Finding, State, exit_code, problem, skipped, tell, write_json
from .manifests import Maker
from .settings import PreflightError, PreflightSettings, read_settings
from .trying import Bench

__all__ = ["all_checks", "preflight"]

CANNOT = 2


def preflight(config: str, namespace: str, *, installed: bool, as_json: bool) -> int:
    """Run all checks and tell what they found.

    Parameters
    ----------
    config
        File with the settings, or `-` for standard input.
    namespace
        Where to try; that of the pod or the kubeconfig if empty.
    installed
        Whether the site's services must answer.
    as_json
        Whether a program reads the answer.

    Returns
    -------
    exit status
        0 all is well, 1 something has to be mended, 2 nothing could be tried.
    """
    try:
        settings = read_settings(sys.stdin if config == "-" else Path(config))
        if not installed:
            settings = settings.model_copy(update={"services": ()})
        findings = asyncio.run(_checked(settings, namespace))
    except PreflightError as e:
        sys.stderr.write(f"{e}\n")
        return CANNOT
    (write_json if as_json else tell)(findings)
    return exit_code(findings)


async def _checked(settings: PreflightSettings, namespace: str) -> list[Finding]:
    async with connected(namespace) as cluster:
        return await all_checks(cluster, settings)


async def all_checks(cluster: Cluster, settings: PreflightSettings) -> list[Finding]:
    """Run every check in one namespace, and leave nothing behind.

    Raises
    ------
    PreflightError
        When the API server does not answer, or refuses what preflight needs.
    """
    bench = Bench(cluster, Maker(settings, secrets.token_hex(3)))
    try:
        found = [*await check_api(cluster), *await check_address(settings)]
        found += [*await check_secret(bench), *await check_quota(bench)]
        images = await check_images(bench)
        found += images
        if images[0].state is State.PROBLEM:
            return [
                *found,
                skipped(
                    "pods", "storage, network, memory: their probes run in an image that cannot be started"
                ),
            ]
        for findings in await asyncio.gather(
            _guarded("storage", check_storage(bench)),
            _guarded("network", check_network(bench)),
            _guarded("memory", check_memory(bench)),
        ):
            found += findings
        return found
    except Refused as e:
        raise PreflightError(f"The API server refuses what preflight needs: {e.message}") from e
    finally:
        with suppress(Refused, PreflightError):
            await cluster.remove(bench.maker.selector)


async def _guarded(check: str, findings: Awaitable[list[Finding]]) -> list[Finding]:
    """Let one check that is refused not end the others."""
    try:
        return await findings
    except Refused as e:
        return [
            problem(check, f"it could not be tried: {e.message}", "Give preflight's account the right to it.")
        ]
