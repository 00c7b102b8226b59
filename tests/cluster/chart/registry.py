"""A registry on the node that has no image: it denies one, never answers for another."""

from __future__ import annotations

from typing import Any

from ..cluster import Cluster
from ..pods import pod

__all__ = ["DENIED", "NONE", "SLOW", "apply_registry"]

_PORT = 5055
NONE, DENIED, SLOW = (f"127.0.0.1:{_PORT}/{name}:1" for name in ("there-is-none", "denied", "slow"))
_SERVE = r"""
$SIG{CHLD} = 'IGNORE';
@here = (LocalAddr => '127.0.0.1', LocalPort => PORT, ReuseAddr => 1);
$s = IO::Socket::INET->new(Listen => 9, @here) or die $@;
while ($c = $s->accept) {
    next if fork;
    $line = <$c>;
    while (($header = <$c>) =~ /\S/) { }
    sleep 600 if $line =~ m,/slow/,;
    $status = $line =~ m,/denied/, ? '403 Forbidden' : '404 Not Found';
    print $c "HTTP/1.1 $status\r\nContent-Length: 0\r\nConnection: close\r\n\r\n";
    exit;
}
"""


def apply_registry(cluster: Cluster, namespace: str) -> None:
    """Start it and wait until it listens."""
    command = ("perl", "-MIO::Socket::INET", "-e", _SERVE.replace("PORT", str(_PORT)))
    made: dict[str, Any] = pod("registry", command)
    made["spec"]["hostNetwork"] = True
    container = made["spec"]["containers"][0]
    # `perl -e` listens a moment after it has started.
    probe = ["perl", "-MIO::Socket::INET", "-e", f"IO::Socket::INET->new('127.0.0.1:{_PORT}') or exit 1"]
    container["readinessProbe"] = {"exec": {"command": probe}, "periodSeconds": 1}
    cluster.apply(made, namespace=namespace)
    words = ["--for=condition=Ready", "--timeout=240s", "pod/registry"]
    cluster.kubectl("wait", "--namespace", namespace, *words)
