"""Files in the home are the same through VOSpace and in the Lab, though two accounts write them."""

from __future__ import annotations

from .site import Lab, Site


def test_what_vospace_brings_can_be_changed_in_the_lab(lab: Lab) -> None:
    lab.run("bash", "-c", "echo first > /tmp/a && astrohub files put /tmp/a from-outside.txt")
    lab.run("bash", "-c", "echo second >> ~/from-outside.txt")
    assert lab.run("bash", "-c", "cat ~/from-outside.txt") == "first\nsecond"
    lab.run("bash", "-c", "rm ~/from-outside.txt")


def test_what_a_kernel_writes_is_read_through_vospace(lab: Lab) -> None:
    # As the server's own processes write, whose umask `kubectl exec` does not have.
    lab.run("astrohub-start", "bash", "-c", "echo mine > ~/from-the-lab.txt")
    lab.run("astrohub", "files", "get", "from-the-lab.txt", "/tmp/got")
    assert lab.run("cat", "/tmp/got") == "mine"
    lab.run("astrohub", "files", "rm", "from-the-lab.txt")
    assert lab.fails("bash", "-c", "test -e ~/from-the-lab.txt")


def test_who_brings_files_first_and_starts_a_lab_later_finds_them(lab: Lab, site: Site) -> None:
    late = Lab(site, "student1")
    token = late.token()
    words = f"echo early > /tmp/e && ASTROHUB_TOKEN_FILE= ASTROHUB_TOKEN={token} astrohub files put /tmp/e"
    lab.run("bash", "-c", f"{words} /home/student1/early.txt")
    late.start()
    assert late.run("bash", "-c", "cat ~/early.txt") == "early"
    late.run("bash", "-c", "echo late > ~/late.txt && echo more >> ~/early.txt")
    late.stop()


def test_everybody_reads_the_public_files_and_nobody_changes_them(lab: Lab, site: Site) -> None:
    pod = site.get("pods", "--selector=app.kubernetes.io/component=archive")["items"][0]["metadata"]["name"]
    folder = "/srv/astrohub/files/public"
    site.kubectl("exec", pod, "--container=archive", "--", "cp", "/etc/hostname", f"{folder}/about.txt")
    lab.run("astrohub", "files", "get", "/public/about.txt", "/tmp/about")
    assert lab.run("cat", "/tmp/about") == pod
    assert lab.fails("astrohub", "files", "put", "/tmp/about", "/public/mine.txt")
