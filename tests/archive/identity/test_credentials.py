"""Where a token may stand in a request, and where not."""

from __future__ import annotations

import base64

import pytest
from astrohub_archive.errors import InvalidToken
from astrohub_archive.identity import token_in

TOKEN = "0123456789abcdef0123456789abcdef"


def basic(user: str, password: str) -> str:
    return "Basic " + base64.b64encode(f"{user}:{password}".encode()).decode()


@pytest.mark.parametrize(
    "headers",
    [
        {"authorization": f"Bearer {TOKEN}"},
        {"authorization": f"bearer {TOKEN}"},
        {"authorization": f"token {TOKEN}"},
        {"authorization": basic("anybody", TOKEN)},
        {"authorization": basic("", TOKEN)},
        {"x-dl-authtoken": TOKEN},
        {"x-dl-authtoken": f"researcher.1001.1001.{TOKEN}_access"},
    ],
)
def test_a_token_is_found_wherever_clients_put_it(headers: dict[str, str]) -> None:
    assert token_in(headers) == TOKEN


@pytest.mark.parametrize(
    "headers",
    [{}, {"cookie": f"jupyterhub-services={TOKEN}"}, {"x-dl-authtoken": "anonymous.0.0.anon_access"}],
)
def test_without_a_token_a_request_is_anonymous(headers: dict[str, str]) -> None:
    assert token_in(headers) is None


@pytest.mark.parametrize(
    "value",
    ["Bearer", "Bearer  ", "Basic %%%", basic("user", ""), "Digest x", f"Bearer {'x' * 5000}", "Bearer ä"],
)
def test_damaged_credentials_are_not_taken_for_none(value: str) -> None:
    with pytest.raises(InvalidToken):
        token_in({"authorization": value})
