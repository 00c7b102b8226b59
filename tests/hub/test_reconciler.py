"""What is known to the hub or there in the cluster only is found; a pod without a server has some time."""

from __future__ import annotations

from astrohub_hub.reconciler import Orphans, unmatched


def test_servers_and_pods_that_agree_leave_nothing() -> None:
    found = unmatched({"jupyter-ada": True, "jupyter-bob": True}, ["jupyter-bob", "jupyter-ada"])
    assert (found.orphans, found.ghosts) == (frozenset(), frozenset())


def test_a_pod_of_no_server_is_an_orphan_and_a_server_without_a_pod_a_ghost() -> None:
    found = unmatched({"jupyter-ada": True}, ["jupyter-bob"])
    assert (found.orphans, found.ghosts) == (frozenset({"jupyter-bob"}), frozenset({"jupyter-ada"}))


def test_a_server_that_is_starting_needs_no_pod_yet_and_keeps_the_one_it_has() -> None:
    assert unmatched({"jupyter-ada": False}, []).ghosts == frozenset()
    assert unmatched({"jupyter-ada": False}, ["jupyter-ada"]).orphans == frozenset()


def test_an_orphan_goes_after_its_time_only() -> None:
    orphans = Orphans(patience_s=120)
    assert orphans.due({"jupyter-ada"}, 0) == []
    assert orphans.due({"jupyter-ada", "jupyter-bob"}, 119) == []
    assert orphans.due({"jupyter-ada", "jupyter-bob"}, 120) == ["jupyter-ada"]


def test_a_pod_that_had_a_server_in_between_counts_anew() -> None:
    orphans = Orphans(patience_s=120)
    assert [orphans.due(found, now) for found, now in (({"a"}, 0), (set[str](), 60), ({"a"}, 130))] == [
        []
    ] * 3
