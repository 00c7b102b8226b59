"""TAP's capabilities in the words of TAPRegExt 1.0: languages, formats, limits."""

from __future__ import annotations

from collections.abc import Mapping

from ..formats import FORMATS
from ..ivoa.capabilities import add_capability, add_interface, capabilities
from ..ivoa.xml import Element, add, document
from ..settings import Limits
from .features import LANGUAGES, UDF, AnnouncedLanguage

__all__ = ["capabilities_document"]

_DAY_S = 86_400


def capabilities_document(tap_url: str, limits: Limits, data_models: Mapping[str, str]) -> bytes:
    """Return what this TAP service can do.

    Parameters
    ----------
    tap_url
        Its address as this client reaches it.
    limits
        What a request may ask for.
    data_models
        Names of the data models that tables follow, by their identifiers.
    """
    top = capabilities()
    access = add(top, "capability", standardID="ivo://ivoa.net/std/TAP", xsi__type="tr:TableAccess")
    add_interface(access, tap_url, use="base", version="1.1")
    for identifier, name in data_models.items():
        add(access, "dataModel", name, **{"ivo-id": identifier})
    for language in LANGUAGES:
        _add_language(access, language)
    _add_formats(access)
    for method in ("inline", "http", "https"):
        add(access, "uploadMethod", **{"ivo-id": f"ivo://ivoa.net/std/TAPRegExt#upload-{method}"})
    _add_limits(access, limits)
    for standard, path in (
        ("ivo://ivoa.net/std/VOSI#capabilities", "capabilities"),
        ("ivo://ivoa.net/std/VOSI#availability", "availability"),
        ("ivo://ivoa.net/std/VOSI#tables-1.1", "tables"),
        ("ivo://ivoa.net/std/DALI#examples", "examples"),
        # Not of the IVOA yet: as CADC's youcat announces what pyvo calls its user-table API.
        ("ivo://ivoa.net/std/VOSI#table-update-async-1.x", "table-update"),
        ("ivo://ivoa.net/std/VOSI#table-load-sync-1.x", "load"),
    ):
        add_capability(top, standard, f"{tap_url}/{path}")
    return document(top)


def _add_language(access: Element, announced: AnnouncedLanguage) -> None:
    language = add(access, "language")
    add(language, "name", announced.name)
    for version, identifier in announced.versions:
        add(language, "version", version, **({"ivo-id": identifier} if identifier else {}))
    add(language, "description", announced.description)
    for kind, names in announced.features.items():
        features = add(language, "languageFeatures", type=kind)
        for name in names:
            add(add(features, "feature"), "form", name)
    functions = add(language, "languageFeatures", type=UDF)
    for form, description in announced.functions.items():
        function = add(functions, "feature")
        add(function, "form", form)
        add(function, "description", description)


def _add_formats(access: Element) -> None:
    for known in FORMATS:
        element = add(access, "outputFormat")
        add(element, "mime", known.mime)
        add(element, "alias", known.name)


def _add_limits(access: Element, limits: Limits) -> None:
    retention = add(access, "retentionPeriod")
    add(retention, "default", str(limits.job_lifetime_days * _DAY_S))
    add(retention, "hard", str(limits.job_lifetime_days * _DAY_S))
    duration = add(access, "executionDuration")
    add(duration, "default", str(limits.async_s))
    add(duration, "hard", str(limits.async_s))
    output = add(access, "outputLimit")
    add(output, "default", str(limits.default_rows), unit="row")
    add(output, "hard", str(limits.maximum_rows), unit="row")
    upload = add(access, "uploadLimit")
    add(upload, "default", str(limits.upload_anonymous_bytes), unit="byte")
    add(upload, "hard", str(limits.upload_bytes), unit="byte")
