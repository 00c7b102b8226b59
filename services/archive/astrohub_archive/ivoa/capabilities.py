"""VOSI 1.1 capabilities: what a service can do, at which address, with which credentials."""

from __future__ import annotations

from .xml import XSI, Element, add, root

__all__ = ["SECURITY_METHODS", "add_capability", "add_interface", "capabilities"]

# Anonymous, the token as Basic password, the token as bearer.
SECURITY_METHODS = (None, "ivo://ivoa.net/sso#BasicAA", "ivo://ivoa.net/sso#token")


def capabilities() -> Element:
    """Return an empty capabilities document."""
    return root(
        "vosi:capabilities",
        {
            "vosi": "http://www.ivoa.net/xml/VOSICapabilities/v1.0",
            "vr": "http://www.ivoa.net/xml/VOResource/v1.0",
            "vs": "http://www.ivoa.net/xml/VODataService/v1.1",
            "tr": "http://www.ivoa.net/xml/TAPRegExt/v1.0",
            "xsi": XSI,
        },
    )


def add_capability(top: Element, standard_id: str, url: str, *, use: str = "full") -> None:
    """Append a capability that consists of one address."""
    add_interface(add(top, "capability", standardID=standard_id), url, use=use)


def add_interface(capability: Element, url: str, *, use: str, version: str | None = None) -> None:
    """Append the interface of a capability: its address and the ways to show who one is."""
    interface = add(capability, "interface", xsi__type="vs:ParamHTTP", role="std", version=version)
    add(interface, "accessURL", url, use=use)
    for method in SECURITY_METHODS:
        add(interface, "securityMethod", standardID=method)
