"""A run as JUnit XML, which build servers read."""

from __future__ import annotations

import re
from pathlib import Path, PurePosixPath
from xml.etree.ElementTree import Element, ElementTree, SubElement, indent

from ..models import NotebookResult, Outcome, RunResult
from .files import replace_file

__all__ = ["write_junit"]

_ANSI = re.compile(r"\x1b\[[0-9;]*[A-Za-z]")
#: Characters that XML 1.0 cannot hold.
_NOT_XML = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def write_junit(result: RunResult, file: Path) -> None:
    """Write the file; a finding whose level is `fail` is a failed case of its own."""
    root = Element("testsuites", name="nbtester")
    findings = [finding for finding in result.findings if finding.level == "fail"]
    suite = SubElement(
        root,
        "testsuite",
        name=result.collection.name,
        tests=str(len(result.notebooks) + len(findings)),
        failures=str(result.counts[Outcome.FAILED] + len(findings)),
        errors="0",
        skipped=str(
            result.counts[Outcome.SKIPPED] + result.counts[Outcome.SOFT] + result.counts[Outcome.STOPPED]
        ),
        time=f"{result.wall_s:.3f}",
        timestamp=result.started.isoformat(timespec="seconds"),
    )
    for notebook in result.notebooks:
        _add_notebook(suite, notebook)
    for finding in findings:
        case = SubElement(
            suite, "testcase", classname=f"check.{finding.check}", name=_clean(finding.path), time="0"
        )
        SubElement(case, "failure", type=finding.check, message=_clean(finding.message))
    indent(root)
    with replace_file(file) as target:
        ElementTree(root).write(target, encoding="utf-8", xml_declaration=True)


def _add_notebook(suite: Element, notebook: NotebookResult) -> None:
    path = PurePosixPath(notebook.path)
    case = SubElement(
        suite,
        "testcase",
        classname=_clean(str(path.parent).replace("/", ".")),
        name=_clean(path.name),
        time=f"{notebook.wall_s:.3f}",
    )
    properties = SubElement(case, "properties")
    for name, value in (
        ("kernel", notebook.kernel),
        ("peakMemoryBytes", notebook.peak_memory_bytes),
        ("attempts", notebook.attempts),
    ):
        SubElement(properties, "property", name=name, value=_clean(str(value)))
    if notebook.outcome is Outcome.FAILED:
        for failure in notebook.failures:
            where = f"cell {failure.cell}: " if failure.cell else ""
            element = SubElement(
                case, "failure", type=failure.kind.value, message=_clean(where + failure.message)
            )
            element.text = _clean("\n\n".join(part for part in (failure.source, failure.traceback) if part))
    elif notebook.outcome is not Outcome.PASSED:
        SubElement(case, "skipped", message=_clean(_why_not(notebook)))


def _why_not(notebook: NotebookResult) -> str:
    if notebook.outcome is Outcome.SOFT:
        said = "; ".join(f"{failure.message} ({failure.soft})" for failure in notebook.failures)
        return f"failed softly: {said}"
    return f"{notebook.outcome.value}: {notebook.reason}"


def _clean(text: str) -> str:
    return _NOT_XML.sub("\ufffd", _ANSI.sub("", text))
