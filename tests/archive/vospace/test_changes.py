"""Folders made, things moved, copied, deleted and put back."""

from __future__ import annotations

import os

from .conftest import Files

HOME = "home/researcher"


def test_a_folder_is_made_once(files: Files) -> None:
    made = files.act(f"{HOME}/été 1", "mkdir")
    assert made.status_code == 201
    assert (made.json()["name"], made.json()["kind"]) == ("été 1", "folder")
    assert files.act(f"{HOME}/été 1", "mkdir").status_code == 409
    assert files.act(f"{HOME}/a/b", "mkdir").status_code == 404
    assert files.act(HOME, "mkdir").status_code == 403


def test_a_file_is_renamed_and_nothing_is_overwritten_by_it(files: Files) -> None:
    (files.home / "a").write_text("a")
    (files.home / "b").write_text("b")
    taken = files.act(f"{HOME}/a", "move", to=f"{HOME}/b")
    assert (taken.status_code, taken.json()["detail"]) == (409, f"{HOME}/b is there already.")
    assert files.act(f"{HOME}/a", "move", to=f"{HOME}/c").json()["name"] == "c"
    assert sorted(os.listdir(files.home)) == ["b", "c"]
    assert files.act(f"{HOME}/missing", "move", to=f"{HOME}/d").status_code == 404


def test_what_a_move_replaces_can_be_restored(files: Files) -> None:
    (files.home / "a").write_text("new")
    (files.home / "b").write_text("old")
    assert files.act(f"{HOME}/a", "move", to=f"{HOME}/b", replace=True).status_code == 200
    assert (files.home / "b").read_text() == "new"
    assert files.act(f"{HOME}/b", "restore").status_code == 409
    assert files.act(f"{HOME}/b", "move", to=f"{HOME}/c").status_code == 200
    assert files.act(f"{HOME}/b", "restore").status_code == 200
    assert (files.home / "b").read_text() == "old"


def test_a_folder_moves_with_all_that_is_in_it_but_not_into_itself(files: Files) -> None:
    (files.home / "a" / "b").mkdir(parents=True)
    (files.home / "a" / "b" / "c").write_text("c")
    for verb in ("move", "copy"):
        assert files.act(f"{HOME}/a", verb, to=f"{HOME}/a/b/a").status_code == 400
    (files.home / "empty").mkdir()
    assert files.act(f"{HOME}/a", "move", to=f"{HOME}/empty").status_code == 409
    assert files.act(f"{HOME}/a", "move", to=f"{HOME}/z").status_code == 200
    assert (files.home / "z" / "b" / "c").read_text() == "c"


def test_public_files_are_copied_into_the_home(files: Files) -> None:
    (files.public / "set" / "inner").mkdir(parents=True)
    (files.public / "set" / "inner" / "x").write_bytes(b"x" * 3_000_000)
    (files.public / "set" / "inner" / "x").chmod(0o444)
    assert files.act("public/set", "copy", to=f"{HOME}/set").status_code == 200
    copied = files.home / "set" / "inner" / "x"
    assert copied.read_bytes() == b"x" * 3_000_000
    assert copied.stat().st_mode & 0o777 == 0o600
    assert files.act("public/set", "copy", to=f"{HOME}/set").status_code == 409
    assert files.act("public/set/inner/x", "copy", to=f"{HOME}/x").status_code == 200
    assert files.act("home", "copy", to=f"{HOME}/all").status_code == 403
    assert not list((files.folder / "home" / ".incoming").iterdir())


def test_a_full_folder_is_deleted_only_when_that_is_said(files: Files) -> None:
    (files.home / "a").mkdir()
    (files.home / "a" / "b").write_text("b")
    refused = files.ask("DELETE", f"{HOME}/a")
    assert (refused.status_code, "recursive" in refused.json()["detail"]) == (409, True)
    assert files.ask("DELETE", f"{HOME}/a", params={"recursive": "true"}).status_code == 204
    assert files.ask("DELETE", f"{HOME}/a").status_code == 404
    assert files.names(HOME) == []
    assert files.ask("DELETE", HOME, params={"recursive": "true"}).status_code == 403


def test_what_was_deleted_comes_back_where_it_was(files: Files) -> None:
    (files.home / "a" / "b").mkdir(parents=True)
    for text in ("first", "second"):
        (files.home / "a" / "b" / "c").write_text(text)
        assert files.ask("DELETE", f"{HOME}/a/b/c").status_code == 204
    assert files.ask("DELETE", f"{HOME}/a", params={"recursive": "true"}).status_code == 204
    back = files.act(f"{HOME}/a/b/c", "restore")
    assert (back.status_code, back.json()["name"]) == (200, "c")
    assert (files.home / "a" / "b" / "c").read_text() == "second"
    (files.home / "a" / "b" / "c").unlink()
    assert files.act(f"{HOME}/a/b/c", "restore").status_code == 200
    assert (files.home / "a" / "b" / "c").read_text() == "first"
    none = files.act(f"{HOME}/a/b/c/d", "restore")
    assert (none.status_code, "24 hours" in none.json()["detail"]) == (404, True)


def test_an_action_that_is_not_understood_is_refused(files: Files) -> None:
    for body in (b"", b"{}", b"[]", b'{"action":"eat"}', b'{"action":"move"}', b'{"action":"mkdir","x":1}'):
        answer = files.ask("POST", f"{HOME}/a", data=body)
        assert (answer.status_code, answer.json()["slug"]) == (400, "usage")
        assert "Traceback" not in answer.text
