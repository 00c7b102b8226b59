"""A home is deleted on purpose only: shown, asked for in so many words, kept for a time, then gone."""

from __future__ import annotations

import asyncio
import os
import shutil
from collections.abc import Awaitable, Callable, Coroutine, Sequence
from pathlib import Path
from typing import Any

import pytest
from astrohub_hub.homes import worker
from astrohub_hub.homes.removal import DAY_S, Removal, Unfinished, Unwilling
from astrohub_hub.places import folder_name

BEGIN = 1_800_000_000
ARCHIVE, USER = 61_080, 100_000


class Site:
    """A folder of homes and the servers that are there.

    Parameters
    ----------
    homes
        The folder.
    """

    def __init__(self, homes: Path) -> None:
        self.homes, self.now = homes, float(BEGIN)
        self.pods: list[list[str]] = []
        self.starts_make_homes = False
        self.numbers: list[int] = []
        self.meanwhile: dict[str, Callable[[], Awaitable[object]]] = {}
        self.told: list[str] = []
        self.removal = Removal(self._work, self._servers_of, lambda: self.now, self.told.append)

    async def _work(self, words: Sequence[str], number: int | None) -> dict[str, Any]:
        if other := self.meanwhile.pop(words[0], None):
            await other()
        self.numbers += [number] if number else []
        return worker.main(words, self.homes)

    async def _servers_of(self, user: str) -> list[str]:
        pods = self.pods.pop(0) if self.pods else []
        if pods and self.starts_make_homes:
            (self.homes / user).mkdir()
        return pods

    def do(self, what: Coroutine[Any, Any, str]) -> str:
        """Do it to its end."""
        return asyncio.run(what)

    def delete(self, user: str, confirmed: str) -> str:
        """Ask for a home's end."""
        return self.do(self.removal.delete(user, confirmed=confirmed, keep_days=30))

    def purged(self) -> list[str]:
        """Delete for good all whose time is over, and return what was told meanwhile."""
        self.told.clear()
        said = self.do(self.removal.purge())
        assert said == f"{len(self.told)} of {len(self.told)} homes whose time is over are deleted for good."
        return self.told


@pytest.fixture
def site(tmp_path: Path) -> Site:
    """A site where one home holds two files."""
    inner = tmp_path / "ada" / "notes"
    inner.mkdir(parents=True)
    (inner / "a.txt").write_text("four")
    (tmp_path / "ada" / "b.txt").write_text("seven!!")
    os.utime(inner / "a.txt", (BEGIN - DAY_S, BEGIN - DAY_S))
    os.utime(tmp_path / "ada" / "b.txt", (BEGIN, BEGIN))
    if os.geteuid() == 0:  # as where the archive made the home, and the user a folder in it
        os.chown(tmp_path / "ada", ARCHIVE, ARCHIVE)
        os.chown(inner, USER, ARCHIVE)
        os.chown(tmp_path / "ada" / "b.txt", ARCHIVE, ARCHIVE)
    return Site(tmp_path)


def _refused(site: Site, user: str, confirmed: str) -> str:
    before = sorted(site.homes.rglob("*"))
    with pytest.raises(Unwilling) as refusal:
        site.delete(user, confirmed)
    assert sorted(site.homes.rglob("*")) == before
    return str(refusal.value)


def test_what_would_be_deleted_is_shown_first(site: Site) -> None:
    said = _refused(site, "ada", "")
    assert said.startswith("The home of 'ada': 2 files, 11 bytes, last changed 2027-01-15 08:00 UTC.")
    assert said.endswith("astrohub-admin homes delete ada --yes-delete-the-home-of ada")


def test_another_name_does_not_confirm(site: Site) -> None:
    assert "not of 'ad'" in _refused(site, "ada", "ad")


def test_a_home_is_not_touched_while_its_user_has_a_server(site: Site) -> None:
    site.pods = [["jupyter-ada"]]
    assert "A server of 'ada' is there (jupyter-ada): stop it first" in _refused(site, "ada", "ada")


def test_a_server_that_starts_meanwhile_has_its_home_back(site: Site) -> None:
    site.pods = [[], ["jupyter-ada"]]  # and has ended at a third look
    assert _refused(site, "ada", "ada").endswith("(jupyter-ada): stop it first. Nothing was done.")


def test_a_new_home_that_a_start_made_meanwhile_is_told(site: Site) -> None:
    site.pods, site.starts_make_homes = [[], ["jupyter-ada"]], True
    with pytest.raises(Unwilling) as refusal:
        site.delete("ada", "ada")
    assert str(refusal.value) == (
        "A server of 'ada' started meanwhile and has made a new home. "
        "The old one is moved aside and kept until 2027-02-14 08:00 UTC: astrohub-admin homes list"
    )
    assert list((site.homes / "ada").iterdir()) == []
    assert site.do(site.removal.kept()) == "ada  until 2027-02-14 08:00 UTC"


@pytest.mark.parametrize("new_home", [False, True])
def test_a_home_that_a_purge_claims_before_it_is_back_is_not_said_to_be_kept(
    site: Site, new_home: bool
) -> None:
    site.pods, site.starts_make_homes = [[], ["jupyter-ada"]], new_home

    async def purged_before_the_next() -> None:
        site.meanwhile["move"] = site.removal.purge

    site.meanwhile["move"] = purged_before_the_next
    with pytest.raises(Unwilling) as refusal:
        site.do(site.removal.delete("ada", confirmed="ada", keep_days=0))
    assert str(refusal.value) == (
        "A server of 'ada' started meanwhile, and so did a purge, as the home is not kept: "
        "the home is deleted for good, or will be. Nothing brings it back."
    )
    assert [path.name for path in site.homes.iterdir()] == (["ada"] if new_home else [])


@pytest.mark.parametrize("name", ["ada b", "ada;reboot"])
def test_what_is_to_be_copied_means_one_name_in_a_shell(site: Site, name: str) -> None:
    (site.homes / folder_name(name)).mkdir()
    shown = _refused(site, name, "")
    delete = f"astrohub-admin homes delete '{name}'"
    assert shown.endswith(f"To remove it: {delete} --yes-delete-the-home-of '{name}'")
    assert f"Until then: astrohub-admin homes restore '{name}'\n" in site.delete(name, name)
    (site.homes / folder_name(name)).mkdir()
    with pytest.raises(Unwilling) as refusal:
        site.do(site.removal.restore(name))
    assert f"first:\n{delete}\nThen: astrohub-admin homes restore '{name}' --kept" in str(refusal.value)


def test_a_folder_that_cannot_be_entered_is_counted(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    _lstat_raises(monkeypatch, "a.txt", PermissionError)
    assert "ada': 1 files, 7 bytes" in (said := _refused(site, "ada", ""))
    assert "; 1 folders could not be looked into." in said


def test_a_file_that_vanishes_is_not_counted(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    _lstat_raises(monkeypatch, "b.txt", FileNotFoundError)
    assert "ada': 1 files, 4 bytes, last changed 2027-01-14 08:00 UTC." in _refused(site, "ada", "")


def _lstat_raises(monkeypatch: pytest.MonkeyPatch, name: str, error: type[OSError]) -> None:
    lstat = os.lstat

    def raising(path: str | Path) -> os.stat_result:
        if os.path.basename(path) == name:
            raise error(path)
        return lstat(path)

    monkeypatch.setattr("astrohub_hub.homes.worker.os.lstat", raising)


def test_a_home_that_is_not_there_is_said_to_be_none(site: Site) -> None:
    assert _refused(site, "eve", "eve") == "'eve' has no home."


@pytest.mark.parametrize("name", ["../ada", ".", "a/b", ".removed~1~ada"])
def test_a_name_reaches_nothing_but_its_home(site: Site, name: str) -> None:
    assert _refused(site, name, name) == f"{name!r} has no home."


def test_a_deleted_home_comes_back_as_it_was(site: Site) -> None:
    said = site.delete("ada", "ada")
    assert "kept until 2027-02-14 08:00 UTC" in said
    assert not (site.homes / "ada").exists()
    assert site.do(site.removal.kept()) == "ada  until 2027-02-14 08:00 UTC"
    assert site.do(site.removal.restore("ada")) == "The home of 'ada' is back."
    assert (site.homes / "ada" / "notes" / "a.txt").read_text() == "four"


def test_a_home_that_was_made_since_is_not_overwritten(site: Site) -> None:
    site.delete("ada", "ada")
    (site.homes / "ada").mkdir()
    with pytest.raises(Unwilling, match="has a home again, made by a start or by VOSpace since: nothing"):
        site.do(site.removal.restore("ada"))
    assert list((site.homes / "ada").iterdir()) == []
    assert site.do(site.removal.kept()).startswith("ada")


def test_of_several_kept_homes_it_is_said_which_one_comes_back(site: Site) -> None:
    site.delete("ada", "ada")
    (site.homes / "ada").mkdir()
    site.now += 60
    site.delete("ada", "ada")
    first, second = BEGIN + 30 * DAY_S, BEGIN + 30 * DAY_S + 60
    for kept_until in (None, first + 1):
        with pytest.raises(Unwilling) as refusal:
            site.do(site.removal.restore("ada", kept_until))
        assert str(refusal.value).splitlines() == [
            "Nothing was done. Kept of 'ada'; say which one is to be back:",
            f"astrohub-admin homes restore ada --kept-until {first}  # 2 files, 11 bytes, "
            "last changed 2027-01-15 08:00 UTC; kept until 2027-02-14 08:00 UTC",
            f"astrohub-admin homes restore ada --kept-until {second}  # 0 files, 0 bytes; "
            "kept until 2027-02-14 08:01 UTC",
        ]
    assert site.do(site.removal.restore("ada", first)) == "The home of 'ada' is back."
    assert (site.homes / "ada" / "notes" / "a.txt").read_text() == "four"


def test_only_what_was_kept_long_enough_is_deleted_for_good(site: Site) -> None:
    site.delete("ada", "ada")
    site.now += 30 * DAY_S - 1
    assert site.do(site.removal.purge()) == "No home's time is over."
    site.now += 1
    outside = site.homes.parent / "outside"
    outside.write_text("stays")
    (aside,) = site.homes.iterdir()
    (aside / "notes" / "link").symlink_to(outside)
    (aside / "notes").chmod(0)
    assert site.purged() == ["Deleted for good: ada."]
    assert site.numbers == ([USER, ARCHIVE] if os.geteuid() == 0 else [os.geteuid()])
    assert list(site.homes.iterdir()) == []
    assert outside.read_text() == "stays"
    with pytest.raises(Unwilling, match="No home of 'ada' is kept"):
        site.do(site.removal.restore("ada"))


@pytest.mark.parametrize("step", ["claim", "empty", "drop"])
def test_a_home_that_is_brought_back_while_a_purge_runs_is_whole(site: Site, step: str) -> None:
    site.delete("ada", "ada")
    site.now += 30 * DAY_S
    told: list[str] = []

    async def restoring() -> None:
        try:
            told.append(await site.removal.restore("ada"))
        except Unwilling as e:
            told.append(str(e))

    site.meanwhile[step] = restoring
    purged = site.do(site.removal.purge())
    if step == "claim":
        assert (told, purged) == (["The home of 'ada' is back."], "No home's time is over.")
        assert (site.homes / "ada" / "notes" / "a.txt").read_text() == "four"
    else:
        assert told[0].startswith("No home of 'ada' is kept.")
        assert purged == "1 of 1 homes whose time is over are deleted for good."
        assert list(site.homes.iterdir()) == []


def test_a_home_that_is_brought_back_in_the_moment_of_the_claim_is_left(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    site.delete("ada", "ada")
    site.now += 30 * DAY_S
    rename = os.rename

    def late(source: Path, target: Path) -> None:
        rename(source, site.homes / "ada")
        rename(source, target)

    monkeypatch.setattr("astrohub_hub.homes.worker.os.rename", late)
    assert site.do(site.removal.purge()) == "No home's time is over."
    assert [path.name for path in site.homes.iterdir()] == ["ada"]
    assert (site.homes / "ada" / "notes" / "a.txt").read_text() == "four"


def test_who_brings_back_a_home_that_is_claimed_in_this_moment_is_told(site: Site) -> None:
    site.delete("ada", "ada")
    site.now += 30 * DAY_S
    site.meanwhile["move"] = site.removal.purge
    with pytest.raises(Unwilling, match="'ada' was brought back or deleted for good in this moment"):
        site.do(site.removal.restore("ada"))
    assert list(site.homes.iterdir()) == []


def test_what_a_purge_did_not_end_is_deleted_by_the_next(site: Site) -> None:
    site.delete("ada", "ada")
    site.now += 30 * DAY_S

    async def ending() -> None:
        raise KeyError("the pod's end")

    site.meanwhile["drop"] = ending
    with pytest.raises(KeyError):
        site.do(site.removal.purge())
    assert site.do(site.removal.kept()) == "No home is kept that was moved aside."
    assert len(list(site.homes.iterdir())) == 1
    assert site.purged() == ["Deleted for good: ada."]
    assert list(site.homes.iterdir()) == []


def test_a_home_that_takes_too_long_keeps_no_other_from_being_deleted(site: Site) -> None:
    (site.homes / "eve").mkdir()
    for name in ("ada", "eve"):
        site.delete(name, name)
    site.now += 30 * DAY_S

    async def too_long() -> None:
        raise Unfinished("it takes longer than 30 minutes")

    site.meanwhile["empty"] = too_long
    with pytest.raises(Unwilling) as refusal:
        site.do(site.removal.purge())
    assert site.told == [
        "Not to the end: ada (it takes longer than 30 minutes). The next purge goes on with it.",
        "Deleted for good: eve.",
    ]
    assert str(refusal.value) == "1 of 2 homes whose time is over are deleted for good."
    assert site.purged() == ["Deleted for good: ada."]
    assert list(site.homes.iterdir()) == []


def test_what_a_purge_did_not_end_comes_after_what_is_new(site: Site) -> None:
    for name in ("bob", "eve"):
        (site.homes / name).mkdir()
    for name in ("ada", "bob"):
        site.delete(name, name)
    site.now += 30 * DAY_S
    worker.main(["claim", str(int(site.now))], site.homes)
    site.delete("eve", "eve")
    site.now += 30 * DAY_S
    claimed = worker.main(["claim", str(int(site.now))], site.homes)["claimed"]
    assert [found["home"] for found in claimed] == ["eve", "ada", "bob"]


def test_of_what_was_left_comes_first_what_was_longest_not_tried(site: Site) -> None:
    for name in ("bob", "eve"):
        (site.homes / name).mkdir()
    for name in ("ada", "bob", "eve"):
        os.utime(site.homes / name, (BEGIN - 40 * DAY_S, 1))
        site.delete(name, name)
    claim = ["claim", str(BEGIN + 30 * DAY_S)]
    order = []
    for _ in range(4):
        first = worker.main(claim, site.homes)["claimed"][0]
        order.append(first["home"])
        # As where a purge ends amid its work, a second before the next is tried.
        worker.main(["empty", first["name"]], site.homes)
        changed = (site.homes / first["name"]).stat().st_mtime_ns
        assert changed > 2 * 10**9, "the try was noted"
        os.utime(site.homes / first["name"], (BEGIN, len(order) + 1))
    assert order == ["ada", "bob", "eve", "ada"]


@pytest.mark.parametrize("closed", [False, True])
def test_only_what_could_not_be_deleted_is_looked_through_for_what_is_closed(
    site: Site, monkeypatch: pytest.MonkeyPatch, tmp_path_factory: pytest.TempPathFactory, closed: bool
) -> None:
    tools = tmp_path_factory.mktemp("tools")
    real, ran = shutil.which("find"), tools / "ran"
    refused = f"test $(wc -l < {ran}) != 1 || exit 1" if closed else ""
    (tools / "find").write_text(f'#!/bin/sh\necho "$@" >> {ran}\n{refused}\nexec {real} "$@"\n')
    (tools / "find").chmod(0o755)
    monkeypatch.setenv("PATH", str(tools), prepend=os.pathsep)
    site.delete("ada", "ada")
    site.now += 30 * DAY_S
    (aside,) = site.homes.iterdir()
    (aside / "notes").chmod(0o500)
    assert site.purged() == ["Deleted for good: ada."]
    steps = ["chmod" if "chmod" in line else line.split()[-1] for line in ran.read_text().splitlines()]
    owners = 2 if os.geteuid() == 0 else 1
    if closed:
        assert steps == ["-delete", "chmod", "-delete", *["-delete"] * (owners - 1)]
    elif os.geteuid() == 0:  # for whom nothing is closed
        assert steps == ["-delete"] * owners


def test_the_worker_deletes_nothing_that_was_not_claimed(site: Site) -> None:
    (site.homes / (aside := worker.aside_name("eve", BEGIN))).mkdir()
    for name in ("ada", aside):
        assert worker.main(["empty", name], site.homes) == {"emptied": False}
        assert worker.main(["drop", name], site.homes) == {"dropped": False}
    assert (site.homes / aside).is_dir()
    assert (site.homes / "ada" / "b.txt").exists()
    with pytest.raises(ValueError, match="is no folder of the homes"):
        worker.main(["look", ".."], site.homes)
