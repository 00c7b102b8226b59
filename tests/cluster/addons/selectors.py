"""Which objects a label selector means."""

from __future__ import annotations

from collections.abc import Mapping

from .api import Object

__all__ = ["selects"]


def selects(selector: Object, labels: Mapping[str, str]) -> bool:
    """Say whether a selector means something with these labels; an empty one means everything."""
    wanted = selector.get("matchLabels") or {}
    if any(labels.get(name) != value for name, value in wanted.items()):
        return False
    return all(_holds(expression, labels) for expression in selector.get("matchExpressions") or [])


def _holds(expression: Object, labels: Mapping[str, str]) -> bool:
    name, values = expression["key"], expression.get("values") or []
    match expression["operator"]:
        case "In":
            return name in labels and labels[name] in values
        case "NotIn":
            return labels.get(name) not in values
        case "Exists":
            return name in labels
        case "DoesNotExist":
            return name not in labels
    raise ValueError(f"Kubernetes has no operator {expression['operator']!r} in selectors.")
