"""Which folder on disk a path means for a caller: the own home, what is public, and what leads to them."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path

from ..errors import CredentialsRequired, Forbidden, NotFound
from ..identity import WRITE_FILES, require_user
from ..models import Principal
from .faults import translated
from .homes import folder_name
from .paths import Parts, parse_path, shown
from .tree import Tree

__all__ = ["Space", "Spot"]

HOME, PUBLIC = "home", "public"


@dataclass(frozen=True)
class Spot:
    """Where a path leads.

    Parameters
    ----------
    path
        The path as it is shown.
    tree, parts
        The tree that holds it and the way in it.
    children
        Names in a folder that only leads to others and is none on disk; None for all else.
    owner
        Whose home it lies in; None when it is read-only.
    is_fixed
        Whether it is one of the folders that cannot be moved, replaced or removed.
    """

    path: str
    tree: Tree
    parts: Parts = ()
    children: tuple[str, ...] | None = None
    owner: str | None = None
    is_fixed: bool = False

    def child(self, name: str) -> Spot:
        """Return where an entry of this folder lies."""
        return replace(self, path=f"{self.path}/{name}", parts=(*self.parts, name), is_fixed=False)


class Space:
    """All files, as one caller at a time sees them.

    Parameters
    ----------
    homes
        Tree of users' homes, one folder each.
    public
        Folder of public files, if there is one.
    """

    def __init__(self, homes: Tree, public: Path | None) -> None:
        self.homes = homes
        self._public = None if public is None else Tree(public)

    def find(self, principal: Principal, path: str) -> Spot:
        """Return where a path leads for a caller; whether anything is there is not asked.

        Raises
        ------
        UsageError
            When it is no path.
        CredentialsRequired, NotFound
            When it leads to what is not the caller's and not public: alike, whether it exists or not.
        """
        parts = parse_path(path)
        if not parts:
            return Spot("", self.homes, children=self._tops(principal), is_fixed=True)
        if parts[0] == PUBLIC and self._public is not None:
            return Spot(shown(parts), self._public, parts[1:], is_fixed=len(parts) == 1)
        if principal.name is None:
            raise CredentialsRequired(f"There is no public {shown(parts)}; send a token if it is yours.")
        own = folder_name(principal.name)
        if parts == (HOME,):
            return Spot(HOME, self.homes, children=(own,), is_fixed=True)
        if parts[0] == HOME and parts[1] in (own, principal.name):
            inner = (own, *parts[2:])
            self._make_home(own)
            return Spot(shown((HOME, *inner)), self.homes, inner, owner=own, is_fixed=len(parts) == 2)
        raise NotFound(f"There is no {shown(parts)}.")

    def find_writable(self, principal: Principal, path: str) -> Spot:
        """Return where a path leads that the caller is about to change.

        Raises
        ------
        Forbidden
            When the token does not allow it, or the place is read-only.
        """
        require_user(principal, WRITE_FILES)
        spot = self.find(principal, path)
        if spot.owner is None:
            own = folder_name(principal.name or "")
            raise Forbidden(f"{spot.path or 'The root'} is read-only; keep files in {HOME}/{own}.")
        return spot

    def find_changeable(self, principal: Principal, path: str) -> Spot:
        """Return where a path leads whose entry itself the caller is about to make, move or remove.

        Raises
        ------
        Forbidden
            As `find_writable`, and for the home itself.
        """
        spot = self.find_writable(principal, path)
        if spot.is_fixed:
            raise Forbidden(f"{spot.path} is your home: it stays; change what is in it.")
        return spot

    def _tops(self, principal: Principal) -> tuple[str, ...]:
        tops = () if principal.is_anonymous else (HOME,)
        return tops if self._public is None else (*tops, PUBLIC)

    def _make_home(self, own: str) -> None:
        with translated(f"{HOME}/{own}"):
            if not self.homes.exists((own,)):
                self.homes.make_folder((own,), may_exist=True)
