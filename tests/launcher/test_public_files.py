"""Files that catalogues bring along are public files; homes belong to who runs user servers."""

from __future__ import annotations

import json
import os
import stat
from pathlib import Path

from astrohub_launcher.account import service_account
from astrohub_launcher.parts.archive import ARCHIVE
from astrohub_launcher.place import CLONE, Place
from astrohub_launcher.public_files import offer_public_files
from astrohub_launcher.supervision.session import prepare

from ..support.catalogs import open_folder


def test_images_of_a_catalogue_are_public_files_and_take_no_room(tmp_path: Path) -> None:
    source = tmp_path / "public" / "survey" / "files" / "images"
    source.mkdir(parents=True)
    (source / "a.fits").write_text("first")
    (tmp_path / "public" / "plain").mkdir()
    offered = tmp_path / "vospace"
    offered.mkdir()
    (offered / "of-the-site.txt").write_text("stays")
    for _ in range(2):
        offer_public_files(tmp_path / "public", offered)
    assert (offered / "survey" / "images" / "a.fits").samefile(source / "a.fits")
    (source / "a.fits").unlink()
    (source / "a.fits").write_text("second, longer")
    offer_public_files(tmp_path / "public", offered)
    assert (offered / "survey" / "images" / "a.fits").read_text() == "second, longer"
    assert sorted(entry.name for entry in offered.iterdir()) == ["of-the-site.txt", "survey"]


def test_the_archive_is_told_where_files_are_and_owns_the_homes() -> None:
    with open_folder() as data:
        (data / "run").mkdir()
        place = Place(CLONE, data, data / "environments", service_account(), clone_is_shared=True)
        platform = prepare(place, 8000)
        ARCHIVE.prepare(platform)
        told = json.loads((data / "run" / "archive.json").read_text())
        assert told["filesDir"] == str(data / "vospace")
        assert told["publicFilesDir"] == str(data / "vospace" / "public")
        home, public = (data / "vospace" / "home").stat(), (data / "vospace" / "public").stat()
        assert home.st_uid == (data / "archive").stat().st_uid
        assert public.st_uid == os.geteuid()
        assert (stat.S_IMODE(home.st_mode), stat.S_IMODE(public.st_mode)) == (0o711, 0o755)
