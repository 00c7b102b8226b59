"""The site's Secret: whether it is there and complete. Its content is not looked at."""

from __future__ import annotations

from collections.abc import Iterable

from ..cluster import Refused
from ..findings import Finding, fine, problem, skipped
from ..trying import Bench

__all__ = ["check_secret", "judge_secret"]


async def check_secret(bench: Bench) -> list[Finding]:
    """Look which keys the Secret has."""
    settings = bench.maker.settings
    if not settings.secret:
        return []
    try:
        shown = await bench.cluster.get("Secret", settings.secret)
    except Refused as e:
        return [skipped("secret", f"{settings.secret} is not shown ({e.message})")]
    keys = None if shown is None else frozenset(shown.get("data") or {})
    return [judge_secret(settings.secret, keys, settings.secret_keys)]


def judge_secret(name: str, keys: frozenset[str] | None, wanted: Iterable[str]) -> Finding:
    """Judge which keys a Secret has; none at all when there is no such Secret."""
    if keys is None:
        cure = "Make it: `astrohub-admin secret --admin NAME | kubectl apply -f -`."
        return problem("secret", f"there is no Secret {name}", cure)
    if missing := [key for key in wanted if key not in keys]:
        cure = "Add them: `astrohub-admin secret` shows what each looks like."
        return problem("secret", f"the Secret {name} lacks {', '.join(missing)}", cure)
    return fine("secret", f"the Secret {name} has all its keys")
