"""The parameters of a request, as DALI 1.1 (§2.3.1, §3) reads them: names without case, repeated or not."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from ..errors import UsageError

__all__ = ["Parameters", "shortened"]


class Parameters:
    """Names and values in the order in which they came.

    Parameters
    ----------
    pairs
        Names in any case, with values.
    """

    def __init__(self, pairs: Iterable[tuple[str, str]]) -> None:
        self._pairs = tuple((name.upper(), value) for name, value in pairs)

    def __iter__(self) -> Iterator[tuple[str, str]]:
        """Yield names (in upper case) and values."""
        return iter(self._pairs)

    def __contains__(self, name: str) -> bool:
        """Say whether a parameter was given, be it empty."""
        return any(known == name for known, _ in self._pairs)

    def all(self, name: str) -> tuple[str, ...]:
        """Return every value that was given to a parameter and is not empty."""
        return tuple(value for known, value in self._pairs if known == name and value.strip())

    def one(self, name: str) -> str | None:
        """Return the value of a parameter that may be given once, or None; an empty one counts as not given.

        Raises
        ------
        UsageError
            When it was given more than once with different values.
        """
        values = set(self.all(name))
        if len(values) > 1:
            raise UsageError(f"{name} was given more than once; give it once.")
        return values.pop() if values else None

    def integer(self, name: str, *, least: int = 0) -> int | None:
        """Return the value of a parameter that is a whole number.

        Raises
        ------
        UsageError
            When it is not one, or less than `least`.
        """
        text = self.one(name)
        if text is None:
            return None
        try:
            value = int(text)
        except ValueError:
            raise UsageError(f"{name} must be a whole number, not {shortened(text)!r}.") from None
        if value < least:
            raise UsageError(f"{name} must be at least {least}, not {value}.")
        return value

    def replaced_by(self, other: Parameters) -> Parameters:
        """Return these parameters with every name that `other` holds replaced by what it says."""
        names = {name for name, _ in other}
        return Parameters([*(pair for pair in self if pair[0] not in names), *other])


def shortened(text: str, most: int = 60) -> str:
    """Return a caller's own words, short enough to be quoted in a sentence."""
    return text if len(text) <= most else text[: most - 1] + "…"
