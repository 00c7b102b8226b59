"""`test`, `data` and `lock`: what they hand on."""

from __future__ import annotations

from pathlib import Path

from ..support.door import run_door
from ..support.small_clone import SmallClone


def test_an_area_of_tests_that_does_not_exist_says_which_do(clone: SmallClone) -> None:
    (clone.clone / "tests" / "hub").mkdir(parents=True)
    (clone.clone / "tests" / "hub" / "test_one.py").touch()
    (clone.clone / "tests" / "support").mkdir()
    result = clone.run("test", "--only", "hubb")
    assert result.returncode == 1
    assert "There is no area 'hubb' of tests; there are: hub." in result.stderr
    assert clone.calls() == []


def test_the_cluster_is_tested_only_when_it_is_named_and_is_made_before(clone: SmallClone) -> None:
    tests = clone.clone / "tests"
    for area in ("hub", "cluster"):
        (tests / area).mkdir(parents=True)
        (tests / area / "test_one.py").touch()
    (clone.clone / "extensions" / "lint").mkdir(parents=True)
    (clone.clone / "pytest.py").write_text("import sys; print('pytest', *sys.argv[1:], flush=True)")
    (tests / "cluster" / "__main__.py").write_text("import sys; print('cluster', *sys.argv[1:], flush=True)")
    every, one = clone.run("test"), clone.run("test", "--only", "cluster")
    assert f"pytest {tests / 'hub'}\n" in every.stdout
    assert one.stdout.endswith(f"pytest {tests / 'cluster'}\n")
    assert "cluster make\n" in one.stdout


def test_data_hands_its_words_on_and_makes_only_what_it_needs(clone: SmallClone) -> None:
    result = clone.run("data", "make")
    assert result.returncode == 0, result.stderr
    assert "progress: one of one" in result.stdout
    locks = [call.rpartition("/")[2] for call in clone.calls() if call.startswith("pip sync")]
    assert locks == ["archive.txt"]


def test_data_without_a_verb_says_which_there_are_and_sets_up_nothing(clone: SmallClone) -> None:
    for words, begin in (((), "`data` needs to be told what to do"), (("lod",), "`data lod` is not known")):
        result = clone.run("data", *words)
        assert result.returncode == 1
        assert f"{begin}: ./astrohub data make | load FILE --table SCHEMA.TABLE | list" in result.stderr
    assert clone.calls() == []


def test_lock_compiles_all_locks_with_hashes_and_without_hosts(clone: SmallClone) -> None:
    result = clone.run("lock")
    assert result.returncode == 0, result.stderr
    compiled = [call for call in clone.calls() if call.startswith("pip compile")]
    names = ["hub", "hub-kubernetes", "images", "archive", "notebooks", "lab", "dev"]
    assert [Path(call.split()[-1]).stem for call in compiled] == names
    assert all("--generate-hashes" in call and "--no-emit-index-url" in call for call in compiled)


def test_help_shows_the_commands_for_people_and_only_these(clone: SmallClone) -> None:
    asked = run_door("help", clone=clone.clone, env=clone.variables())
    assert asked.returncode == 0
    assert "set up what is missing" in asked.stdout
    wrong = run_door("pu", clone=clone.clone, env=clone.variables())
    assert wrong.returncode == 2
    assert "up" in wrong.stderr
    for said in (asked.stdout, wrong.stderr):
        assert "supervise" not in said
