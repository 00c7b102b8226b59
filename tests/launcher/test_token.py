"""`token` prints a token, or one sentence."""

from __future__ import annotations

from astrohub_hub.scopes import ARCHIVE_ACCESS, CUSTOM_SCOPES
from astrohub_launcher.commands.token import KNOWN_SCOPES

from ..support.small_clone import SmallClone

USUAL = "+".join(
    (
        "access:services!service=archive",
        "custom:archive:read",
        "custom:archive:write",
        "custom:files:read",
        "custom:files:write",
    )
)


def test_a_token_has_the_usual_scopes_and_nothing_else_is_printed(clone: SmallClone) -> None:
    clone.up()
    result = clone.run("token", "researcher")
    assert (result.returncode, result.stdout, result.stderr) == (0, f"token-of-researcher-for-{USUAL}\n", "")


def test_scopes_are_taken_exactly(clone: SmallClone) -> None:
    clone.up()
    result = clone.run(
        "token", "researcher", "--scope", "custom:archive:read", "--scope", "custom:files:read"
    )
    assert result.stdout == "token-of-researcher-for-custom:archive:read+custom:files:read\n"


def test_a_scope_that_is_not_known_is_named_with_those_that_are(clone: SmallClone) -> None:
    result = clone.run("token", "researcher", "--scope", "nosuch")
    assert (result.returncode, result.stdout) == (1, "")
    assert result.stderr == f"There is no scope 'nosuch'; there are: {', '.join(KNOWN_SCOPES)}.\n"


def test_the_scopes_that_are_known_are_those_of_the_hub() -> None:
    assert set(KNOWN_SCOPES) == {*CUSTOM_SCOPES, ARCHIVE_ACCESS}


def test_a_user_that_is_not_known_is_named(clone: SmallClone) -> None:
    clone.up()
    result = clone.run("token", "nobody")
    assert (result.returncode, result.stdout, result.stderr) == (1, "", "There is no user 'nobody'.\n")


def test_without_a_platform_there_is_no_token(clone: SmallClone) -> None:
    result = clone.run("token", "researcher")
    assert (result.returncode, result.stdout) == (3, "")
    assert "start it with `./astrohub up`" in result.stderr
