"""Logs: one a part, shown by `logs`, never larger than they may be."""

from __future__ import annotations

from pathlib import Path

from astrohub_launcher.supervision.rotation import KEPT, older, rotate

from ..support.small_clone import SmallClone
from ..support.waiting import until


def test_logs_shows_one_part_or_all_with_their_names(clone: SmallClone) -> None:
    clone.up()
    assert "hub begins as" in clone.run("logs", "hub").stdout
    everything = clone.run("logs").stdout
    assert "archive    archive begins as" in everything
    assert "proxy      proxy begins as" in everything


def test_logs_of_a_part_that_does_not_exist_says_which_do(clone: SmallClone) -> None:
    result = clone.run("logs", "hubb")
    assert result.returncode == 1
    assert "There is no part 'hubb'; there are: proxy, archive, notebooks, hub, supervisor." in result.stderr


def test_logs_follow_goes_on_until_it_is_stopped(clone: SmallClone) -> None:
    clone.up()
    process = clone.begin("logs", "hub", "-f")
    assert process.stdout is not None
    assert "hub begins as" in process.stdout.readline()
    with (clone.data / "logs" / "hub.log").open("a") as log:
        log.write("something new\n")
    assert process.stdout.readline() == "something new\n"
    process.terminate()
    process.communicate(timeout=60)


def test_a_large_log_is_moved_aside_while_it_is_written(tmp_path: Path) -> None:
    log = tmp_path / "hub.log"
    with log.open("ab") as writer:
        for number in range(KEPT + 2):
            writer.write(f"piece {number} ".encode() * 100)
            writer.flush()
            assert rotate(log, largest=100)
        writer.write(b"the newest\n")
    assert log.read_bytes() == b"the newest\n"
    assert sorted(file.name for file in tmp_path.iterdir()) == [
        "hub.log",
        "hub.log.1",
        "hub.log.2",
        "hub.log.3",
    ]
    assert older(log, 1).read_bytes().startswith(f"piece {KEPT + 1} ".encode())


def test_a_small_log_stays(tmp_path: Path) -> None:
    log = tmp_path / "hub.log"
    log.write_text("little")
    assert not rotate(log, largest=100)
    assert not rotate(tmp_path / "none.log")


def test_logs_before_the_first_start_says_so(clone: SmallClone) -> None:
    result = clone.run("logs")
    assert result.returncode == 1
    assert "There are no logs" in result.stderr
    until(lambda: not clone.data.exists(), "nothing was made by looking")
