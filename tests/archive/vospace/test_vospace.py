"""The same files by VOSpace 2.1: nodes and transfers in XML."""

from __future__ import annotations

from typing import Any
from urllib.parse import quote
from xml.etree import ElementTree
from xml.etree.ElementTree import Element

import pytest
import requests

from ...support.running_archive import PREFIX
from .conftest import Files

VOS = "{http://www.ivoa.net/xml/VOSpace/v2.0}"
TYPE = "{http://www.w3.org/2001/XMLSchema-instance}type"
CORE = "ivo://ivoa.net/vospace/core#"
SPACE = "vos://example.org!vospace"
HOME = "home/researcher"


def ask(
    files: Files, method: str, path: str, *, headers: dict[str, str] | None = None, **options: Any
) -> requests.Response:
    """Send a request below /vospace; redirects are not followed unless that is said."""
    options.setdefault("allow_redirects", False)
    url = f"{files.archive.base}{PREFIX}/vospace/{quote(path)}"
    return requests.request(method, url, headers=files.headers | (headers or {}), timeout=60, **options)


def node(files: Files, path: str, **parameters: object) -> Element:
    """Return the description of a node."""
    answer = ask(files, "GET", f"nodes/{path}", params=parameters)
    assert answer.status_code == 200, answer.text
    assert answer.headers["Content-Type"].startswith("text/xml")
    return ElementTree.fromstring(answer.content)


def uris(container: Element) -> list[str]:
    """Return the last parts of the identifiers of what a container holds."""
    inside = container.find(f"{VOS}nodes")
    assert inside is not None
    return [element.attrib["uri"].rpartition("/")[2] for element in inside]


def described(kind: str) -> bytes:
    """Write a node of some type."""
    return (
        f'<node xmlns="{VOS[1:-1]}" xmlns:xsi="{TYPE[1:].partition("}")[0]}" xmlns:vos="{VOS[1:-1]}" '
        f'xsi:type="vos:{kind}" uri="{SPACE}/x"/>'
    ).encode()


def asked(target: str, direction: str, *, keep: bool = True, protocol: str | None = None) -> bytes:
    """Write a transfer."""
    wanted = f'<v:protocol uri="{CORE}{protocol}"/>' if protocol else ""
    return (
        f'<v:transfer xmlns:v="{VOS[1:-1]}"><v:target>{SPACE}/{target}</v:target><v:direction>{direction}'
        f"</v:direction>{wanted}<v:keepBytes>{str(keep).lower()}</v:keepBytes></v:transfer>"
    ).encode()


def test_a_node_tells_type_length_and_date(files: Files) -> None:
    files.ask("PUT", f"{HOME}/a é.fits", data=b"12345")
    told = node(files, f"{HOME}/a é.fits")
    assert told.tag == f"{VOS}node"
    assert told.attrib[TYPE] == "vos:DataNode"
    assert told.attrib["uri"].endswith("!vospace/home/researcher/a%20%C3%A9.fits")
    properties = {one.attrib["uri"]: one.text for one in told.iter(f"{VOS}property")}
    assert properties[f"{CORE}length"] == "5"
    assert (properties[f"{CORE}date"] or "").endswith("Z")


def test_a_container_lists_what_it_holds_in_pages(files: Files) -> None:
    for name in "abcd":
        (files.home / name).touch()
    (files.home / "link").symlink_to("a")
    home = node(files, HOME)
    assert home.attrib[TYPE] == "vos:ContainerNode"
    assert uris(home) == ["a", "b", "c", "d", "link"]
    assert uris(node(files, HOME, limit=2)) == ["a", "b"]
    assert uris(node(files, HOME, limit=2, uri=f"{SPACE}/{HOME}/b")) == ["b", "c"]
    assert uris(node(files, HOME, limit=0)) == []
    assert uris(node(files, "")) == ["home", "public"]
    short = node(files, HOME, detail="min")
    assert not list(short.iter(f"{VOS}property"))
    assert uris(short) == ["a", "b", "c", "d", "link"]
    assert uris(node(files, HOME, detail="properties")) == uris(home)


def test_nodes_are_made_described_again_and_deleted(files: Files) -> None:
    for name, kind in (("folder", "ContainerNode"), ("folder/data", "DataNode")):
        made = ask(files, "PUT", f"nodes/{HOME}/{name}", data=described(kind))
        assert made.status_code == 201, made.text
    assert (files.home / "folder" / "data").read_bytes() == b""
    assert ask(files, "POST", f"nodes/{HOME}/folder", data=described("ContainerNode")).status_code == 200
    assert ask(files, "DELETE", f"nodes/{HOME}/folder").status_code == 200
    assert not (files.home / "folder").exists()


@pytest.mark.parametrize(
    ("method", "path", "body", "status", "fault"),
    [
        ("GET", f"nodes/{HOME}/missing", b"", 404, "NodeNotFound"),
        ("GET", "nodes/home/collaborator", b"", 404, "NodeNotFound"),
        ("PUT", f"nodes/{HOME}/there", described("ContainerNode"), 409, "DuplicateNode"),
        ("PUT", f"nodes/{HOME}/there", described("DataNode"), 412, "DuplicateNode"),
        ("PUT", "nodes/public/x", described("DataNode"), 403, "PermissionDenied"),
        ("PUT", f"nodes/{HOME}/x", described("LinkNode"), 400, "TypeNotSupported"),
        ("PUT", f"nodes/{HOME}/x", b"<node/>", 400, "InvalidArgument"),
        ("PUT", f"nodes/{HOME}/x", b"no xml", 400, "InvalidArgument"),
        ("PUT", f"nodes/{HOME}/x", b'<!DOCTYPE x [<!ENTITY a "b">]><x>&a;</x>', 400, "declares a type"),
        ("POST", "sync", asked(f"{HOME}/there", "sideways"), 400, "InvalidArgument"),
        ("POST", "sync", asked(f"{HOME}/there", "pullFromVoSpace", protocol="ftpget"), 400, "httpget"),
        ("POST", "sync", asked(f"{HOME}/missing", "pullFromVoSpace"), 404, "NodeNotFound"),
        ("GET", "transfers/none", b"", 404, "NodeNotFound"),
    ],
)
def test_a_fault_has_its_name_and_a_sentence(
    files: Files, method: str, path: str, body: bytes, status: int, fault: str
) -> None:
    (files.home / "there").touch()
    answer = ask(files, method, path, data=body, headers={"Content-Type": "text/xml"})
    assert answer.status_code == status, answer.text
    assert fault in answer.text
    assert "Traceback" not in answer.text
    assert answer.headers["Content-Type"].startswith("text/plain")


def test_who_sends_no_token_is_asked_for_one(files: Files) -> None:
    answer = ask(files.by(None), "GET", f"nodes/{HOME}")
    assert (answer.status_code, "Bearer" in answer.headers["WWW-Authenticate"]) == (401, True)


def test_bytes_are_pushed_and_pulled_where_a_transfer_says(files: Files) -> None:
    for direction, protocol in (("pushToVoSpace", "httpput"), ("pullFromVoSpace", "httpget")):
        told = ask(
            files,
            "POST",
            "sync",
            data=asked(f"{HOME}/new data", direction, protocol=protocol),
            headers={"Content-Type": "text/xml"},
            allow_redirects=True,
        )
        assert told.status_code == 200, told.text
        transfer = ElementTree.fromstring(told.content)
        assert {one.attrib["uri"] for one in transfer.iter(f"{VOS}protocol")} == {CORE + protocol}
        endpoint = transfer.findtext(f".//{VOS}endpoint")
        assert endpoint == files.url(f"{HOME}/new data")
        if direction == "pushToVoSpace":
            assert requests.put(endpoint, data=b"bytes", headers=files.headers, timeout=30).status_code == 201
        else:
            assert requests.get(endpoint, headers=files.headers, timeout=30).content == b"bytes"


def test_parameters_can_lead_to_the_bytes_at_once(files: Files) -> None:
    (files.public / "x").write_bytes(b"public")
    form = {
        "TARGET": f"{SPACE}/public/x",
        "DIRECTION": "pullFromVoSpace",
        "PROTOCOL": f"{CORE}httpget",
        "REQUEST": "redirect",
    }
    assert ask(files.by(None), "GET", "sync", params=form, allow_redirects=True).content == b"public"


def test_nodes_are_moved_and_copied_by_a_job(files: Files) -> None:
    (files.home / "a").write_text("a")
    (files.home / "folder").mkdir()
    for keep, target in ((True, f"{HOME}/b"), (False, f"{HOME}/folder")):
        body = asked(f"{HOME}/a", f"{SPACE}/{target}", keep=keep)
        made = ask(files, "POST", "transfers", data=body, headers={"Content-Type": "text/xml"})
        assert made.status_code == 303, made.text
        job = made.headers["Location"]
        assert requests.get(f"{job}/phase", headers=files.headers, timeout=30).text == "COMPLETED"
        assert "COMPLETED" in requests.get(job, headers=files.headers, timeout=30).text
    assert sorted(entry.name for entry in files.home.iterdir()) == ["b", "folder"]
    assert (files.home / "folder" / "a").read_text() == "a"


def test_the_service_says_what_it_can_do(files: Files) -> None:
    told = ask(files.by(None), "GET", "capabilities").text
    for standard in ("VOSpace/v2.0#nodes", "VOSpace/v2.0#transfers", "VOSpace#sync-2.1", "VOSI#availability"):
        assert f"ivo://ivoa.net/std/{standard}" in told
    assert "<vosi:available>true<" in ask(files.by(None), "GET", "availability").text
