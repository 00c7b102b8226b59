"""A query that gives no result says what failed, where, and what to do, without this library's frames."""

from __future__ import annotations

from pathlib import Path

import astrohub
import pytest
from hypothesis import given
from hypothesis import strategies as st
from IPython.core.interactiveshell import InteractiveShell

from .fake_archive import FakeArchive, Reply
from .recorded import arrow_stream

QUERY = "SELECT *\nFROM stars\nWHERE phot_g_mean_mg < 5"
POSITION = {"line": 3, "column": 7, "endColumn": 21}
READS = """\
There is no column phot_g_mean_mg in stars.
line 3, column 7:
    WHERE phot_g_mean_mg < 5
          ^^^^^^^^^^^^^^
Did you mean phot_g_mean_mag?"""


def test_a_wrong_word_is_marked_and_the_meant_one_named(archive: FakeArchive) -> None:
    archive.refuse(
        400,
        "There is no column phot_g_mean_mg in stars.",
        slug="query",
        position=POSITION,
        suggestion="phot_g_mean_mag",
    )
    with pytest.raises(astrohub.QueryError) as refused:
        astrohub.query(QUERY)
    assert str(refused.value) == READS
    assert refused.value.suggestion == "phot_g_mean_mag"


def test_the_meant_word_is_not_said_twice() -> None:
    said = "There is no column decc; did you mean dec?"
    assert str(astrohub.QueryError(said, suggestion="dec")) == said
    assert str(astrohub.QueryError("No column decc.", suggestion="dec")).endswith("\nDid you mean dec?")


def test_a_notebook_shows_the_sentence_and_no_frames(
    archive: FakeArchive, capsys: pytest.CaptureFixture[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("IPYTHONDIR", str(tmp_path))
    archive.refuse(400, "No such column.", slug="query")
    InteractiveShell().run_cell(f"import astrohub\nastrohub.query({QUERY!r})")
    assert capsys.readouterr().out.strip() == "QueryError: No such column."


def test_a_fault_without_a_place_is_a_sentence(archive: FakeArchive) -> None:
    archive.refuse(400, "The query ran longer than 120 s.", slug="timeout")
    with pytest.raises(astrohub.QueryError) as refused:
        astrohub.query(QUERY)
    assert str(refused.value) == "The query ran longer than 120 s."


@pytest.mark.parametrize("position", [{"line": 99, "column": 1, "endColumn": 2}, {"line": 1}, "x", {}])
def test_a_place_that_is_none_does_not_hide_the_sentence(archive: FakeArchive, position: object) -> None:
    archive.refuse(400, "No.", position=position)
    with pytest.raises(astrohub.QueryError, match=r"^No\."):
        astrohub.query(QUERY)


def _error(query: str, line: int, column: int, end: int) -> list[str]:
    from astrohub.errors import Position

    return str(astrohub.QueryError("No.", query=query, position=Position(line, column, end))).splitlines()


def test_a_long_line_is_quoted_around_the_fault() -> None:
    lines = _error("SELECT " + "a, " * 200 + "wrong FROM t", 1, 608, 613)
    assert len(lines[2]) < 120
    start = lines[3].index("^")
    assert lines[2][start : start + 5] == "wrong"


def test_wide_characters_and_tabs_keep_the_carets_in_place() -> None:
    assert _error("SELECT '星',\twrong", 1, 13, 18)[2:] == [
        "    SELECT '星', wrong",
        "                 ^^^^^",
    ]


@given(st.text(max_size=300), st.integers(-3, 400), st.integers(-3, 400), st.integers(-3, 400))
def test_no_text_and_no_place_break_the_quoting(query: str, line: int, column: int, end: int) -> None:
    assert _error(query, line, column, end)[0] == "No."


def test_what_commands_a_terminal_is_shown_by_its_number() -> None:
    assert str(astrohub.QueryError("a\x1b[31mb")) == "a\\x1b[31mb"


def test_what_is_not_public_asks_for_a_token(archive: FakeArchive) -> None:
    archive.refuse(401, "mydb.stars is not public.")
    with pytest.raises(astrohub.CredentialsRequired) as refused:
        astrohub.query(QUERY)
    assert str(refused.value) == (
        f"mydb.stars is not public. {archive.url} was asked without a token: "
        "put one in ASTROHUB_TOKEN, or give token=."
    )


def test_an_unknown_token_is_said_to_be_unknown_and_not_shown(archive: FakeArchive) -> None:
    archive.refuse(401, "Who?")
    with pytest.raises(astrohub.CredentialsRequired) as refused:
        astrohub.Client(token="secret-token").query(QUERY)
    assert "does not know the token from the argument" in str(refused.value)
    assert "secret-token" not in str(refused.value)


def test_a_token_that_does_not_allow_it_is_named_by_its_source(archive: FakeArchive) -> None:
    archive.refuse(403, "The token lacks custom:archive:read.")
    with pytest.raises(
        astrohub.AccessRefused, match=r"lacks custom:archive:read\. \(token from the argument\)"
    ):
        astrohub.Client(token="t").query(QUERY)


def test_a_busy_archive_says_when_to_come_again(archive: FakeArchive) -> None:
    archive.refuse(503, "64 queries wait already.")
    with pytest.raises(astrohub.ArchiveBusy, match=r"64 queries wait already\. Try again in 7 seconds\."):
        astrohub.query(QUERY)


def test_an_archive_that_failed_says_so(archive: FakeArchive) -> None:
    archive.refuse(500, "The worker was lost.")
    with pytest.raises(astrohub.ArchiveFailed, match=r"The worker was lost\..*500"):
        astrohub.query(QUERY)


@pytest.mark.parametrize("status", [200, 404, 502, 503])
def test_another_server_at_the_address_is_told_apart(archive: FakeArchive, status: int) -> None:
    archive.reply = Reply(status, "text/html", b"<h1>Welcome</h1>")
    with pytest.raises(astrohub.NotReachable, match=f"{archive.url} answers, but not as astrohub's archive"):
        astrohub.query(QUERY)


def test_nobody_at_the_address_is_said_with_the_address() -> None:
    with pytest.raises(astrohub.NotReachable, match=r"http://127\.0\.0\.1:1 cannot be reached: .*refused"):
        astrohub.Client("http://127.0.0.1:1").query(QUERY)


def test_a_name_that_does_not_exist_is_said() -> None:
    with pytest.raises(astrohub.NotReachable, match=r"nowhere\.invalid cannot be reached"):
        astrohub.Client("http://nowhere.invalid").query(QUERY)


@pytest.mark.parametrize("url", ["archive.example.org", "ftp://a", "http://", "http://u:p@a", "http://a:x"])
def test_an_address_that_is_none_is_refused(url: str) -> None:
    with pytest.raises(astrohub.NotReachable, match=r"address"):
        astrohub.Client(url).query(QUERY)


def test_an_archive_that_does_not_answer_is_not_waited_for_for_ever(archive: FakeArchive) -> None:
    archive.reply = Reply(body=arrow_stream()[:200], hang=True)
    with pytest.raises(astrohub.IncompleteResult):
        astrohub.Client(timeout_s=2).query(QUERY)


def test_a_stream_without_its_last_word_is_not_a_result(archive: FakeArchive) -> None:
    archive.reply = Reply(body=arrow_stream(status=None))
    with pytest.raises(astrohub.IncompleteResult, match="broke off after 3 rows"):
        astrohub.query(QUERY)


@pytest.mark.parametrize("part", [0, 10, 500, -10, -200])
def test_a_connection_that_breaks_is_not_a_result(archive: FakeArchive, part: int) -> None:
    archive.reply = Reply(break_off_after=part % len(archive.reply.body))
    with pytest.raises(astrohub.IncompleteResult, match="broke off after"):
        astrohub.query(QUERY)


@pytest.mark.parametrize("part", [0, 10, 500, -20, -200])
def test_a_stream_that_ends_early_is_not_a_result(archive: FakeArchive, part: int) -> None:
    archive.reply = Reply(body=arrow_stream()[: part % len(arrow_stream())])
    with pytest.raises(astrohub.IncompleteResult):
        astrohub.query(QUERY)


def test_rows_that_were_promised_and_did_not_come_are_missed(archive: FakeArchive) -> None:
    archive.reply = Reply(body=arrow_stream(rows=4))
    with pytest.raises(astrohub.IncompleteResult):
        astrohub.query(QUERY)


def test_a_failure_in_the_middle_is_told_in_the_archives_words(archive: FakeArchive) -> None:
    archive.reply = Reply(body=arrow_stream(status="ERROR", message="The query ran longer than 120 s."))
    with pytest.raises(
        astrohub.IncompleteResult, match=r"stopped after 3 rows: The query ran longer than 120 s\."
    ):
        astrohub.query(QUERY)


def test_every_error_is_an_astrohub_error() -> None:
    errors = [getattr(astrohub, name) for name in astrohub.__all__]
    kinds = [kind for kind in errors if isinstance(kind, type) and issubclass(kind, Exception)]
    assert all(issubclass(kind, astrohub.AstrohubError | Warning) for kind in kinds)
    assert Path(astrohub.__file__).with_name("py.typed").exists()
