"""Loading in tests: the command as an operator gives it, and catalogues to load."""

from __future__ import annotations

import contextlib
import io
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pyarrow as pa
from astrohub_archive.main import main
from astropy.table import Column, MaskedColumn, Table

FIRST_ID = 2**62 + 1
ROWS = 900


@dataclass(frozen=True)
class Said:
    """What a command has said."""

    code: int
    out: str
    err: str

    @property
    def refusal(self) -> str:
        """Return the one sentence of a command that failed."""
        lines = [line for line in self.err.splitlines() if not line.endswith(" rows")]
        assert (self.code, self.out, len(lines)) == (1, "", 1), (self.out, self.err)
        assert "Traceback" not in lines[0]
        return lines[0]


def data(*words: str | Path) -> Said:
    """Give the command `astrohub-archive data …`."""
    out, err = io.StringIO(), io.StringIO()
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
        code = main(["data", *map(str, words)])
    return Said(code, out.getvalue(), err.getvalue())


def load(public: Path, *words: str | Path) -> Said:
    """Load something that is expected to be loaded."""
    said = data("load", *words, "--public", public)
    assert said.code == 0, said.err
    return said


def stars(rows: int = ROWS, seed: int = 5) -> pa.Table:
    """Return a catalogue as sites have them: odd names, missing values, letters beyond ASCII."""
    random = np.random.default_rng(seed)
    dec = np.degrees(np.arcsin(random.uniform(-1, 1, rows)))
    dec[:50] = 89.9 + random.uniform(0, 0.1, len(dec[:50]))
    colour = random.normal(0.6, 0.3, rows)
    return pa.table(
        {
            "Source": pa.array(FIRST_ID + random.permutation(rows)),
            "RAJ2000": pa.array(random.uniform(0, 360, rows)),
            "DEJ2000": pa.array(dec),
            "B-V": pa.array(colour, mask=np.arange(rows) % 7 == 0),
            "Name": pa.array([f"étoile {number}" for number in range(rows)]),
            "obs": pa.array(np.arange(rows) % 4),
        }
    )


def as_astropy(rows: pa.Table) -> Table:
    """Return a catalogue with units, UCDs and descriptions."""
    table = Table(meta={"description": "Stars of a site."})
    for name in rows.column_names:
        values = rows[name]
        if values.null_count:
            mask = np.array(values.is_null())
            table[name] = MaskedColumn(values.fill_null(0).to_numpy(), mask=mask, name=name)
        elif pa.types.is_string(values.type):
            table[name] = Column(np.array(values.to_pylist()), name=name)
        else:
            table[name] = Column(values.to_numpy(), name=name)
    table["RAJ2000"].unit = table["DEJ2000"].unit = "deg"
    table["RAJ2000"].meta["ucd"] = "pos.eq.ra;meta.main"
    table["DEJ2000"].meta["ucd"] = "pos.eq.dec;meta.main"
    table["Source"].meta["ucd"] = "meta.id;meta.main"
    table["B-V"].unit = "mag"
    table["B-V"].description = "Colour of the star"
    return table
