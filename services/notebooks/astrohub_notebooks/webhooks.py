"""What a forge's message says, and whether it is genuine: GitHub, Gitea and Forgejo, GitLab."""

from __future__ import annotations

import hashlib
import hmac
import json
from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qs

from .errors import HookError

__all__ = ["Deliveries", "Push", "authenticate", "delivery_of", "read_push"]

_EVENTS = ("x-gitea-event", "x-forgejo-event", "x-github-event", "x-gitlab-event")
_DELIVERIES = ("x-gitea-delivery", "x-forgejo-delivery", "x-github-delivery", "x-gitlab-event-uuid")


@dataclass(frozen=True)
class Push:
    """A message of a forge: its event, and the branch if it tells of a push."""

    event: str
    branch: str | None


class Deliveries:
    """Remember which messages were acted upon.

    Parameters
    ----------
    length
        How many are remembered.
    """

    def __init__(self, length: int) -> None:
        self._length = length
        self._seen: OrderedDict[str, None] = OrderedDict()

    def is_new(self, delivery: str | None) -> bool:
        """Say whether a message comes for the first time, and remember it; one without a name always does."""
        if delivery is None:
            return True
        if delivery in self._seen:
            self._seen.move_to_end(delivery)
            return False
        self._seen[delivery] = None
        if len(self._seen) > self._length:
            self._seen.popitem(last=False)
        return True


def authenticate(headers: Mapping[str, str], body: bytes, secret: str | None) -> None:
    """Check that who sent a message knows the secret; every proof that is given must hold.

    Raises
    ------
    HookError
        If there is no secret here, no proof in the message, or a wrong one.
    """
    if not secret:
        raise HookError("No webhook secret is set here, so no message is accepted.", status=403)
    key = secret.encode()
    digest = hmac.new(key, body, hashlib.sha256).hexdigest()
    expected = {
        "x-hub-signature-256": f"sha256={digest}",
        "x-gitea-signature": digest,
        "x-forgejo-signature": digest,
        "x-gitlab-token": secret,
    }
    given = {name: headers[name] for name in expected if headers.get(name)}
    if not given:
        raise HookError("The message carries no signature; give the forge the webhook's secret.", status=401)
    checks = [hmac.compare_digest(value.encode(), expected[name].encode()) for name, value in given.items()]
    if not all(checks):
        raise HookError("The signature is not made with the webhook's secret.", status=403)


def delivery_of(headers: Mapping[str, str]) -> str | None:
    """Return the name that the forge gave to a message, shortened to a digest."""
    for name in _DELIVERIES:
        if value := headers.get(name):
            return hashlib.sha256(f"{name}:{value}".encode()).hexdigest()
    return None


def read_push(headers: Mapping[str, str], body: bytes) -> Push:
    """Read which branch a message tells of.

    Raises
    ------
    HookError
        If the message is not what a forge sends.
    """
    event = next((headers[name] for name in _EVENTS if headers.get(name)), "push")
    is_push = event.lower() in {"push", "push hook"}
    payload = _payload(headers.get("content-type", ""), body)
    ref = payload.get("ref")
    if not is_push or not isinstance(ref, str):
        return Push(event, None)
    return Push(event, ref.removeprefix("refs/heads/") if ref.startswith("refs/heads/") else None)


def _payload(content_type: str, body: bytes) -> Mapping[str, Any]:
    try:
        text = body.decode("utf-8")
        if content_type.startswith("application/x-www-form-urlencoded"):
            text = parse_qs(text, strict_parsing=True, max_num_fields=10)["payload"][0]
        payload = json.loads(text)
    except (ValueError, KeyError, RecursionError) as e:
        raise HookError("The message is not JSON.", status=400) from e
    if not isinstance(payload, dict):
        raise HookError("The message must be a JSON object.", status=400)
    return payload
