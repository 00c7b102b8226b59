"""An astrohub that the chart has installed, and somebody's Lab in it."""

from __future__ import annotations

import json
from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

import requests

from ...hub.browser_session import BrowserSession
from ...support.waiting import until
from ..cluster import Cluster
from ..errors import ClusterError

__all__ = ["PATIENCE_S", "START_S", "Lab", "Site"]

#: For whatever happens in any case: a machine may be slow, and others may work on it.
PATIENCE_S = 600
#: A start may take that long, as the site is told: after an outage nodes find the API server again late.
START_S = 900


@dataclass(frozen=True)
class Site:
    """What the chart has installed.

    Parameters
    ----------
    values
        The values that it was given, for an upgrade.
    """

    cluster: Cluster
    namespace: str
    release: str
    chart: str
    values: str
    passwords: dict[str, str]

    def kubectl(self, *words: str, text: str | None = None) -> str:
        """Run kubectl in the site's namespace."""
        return self.cluster.kubectl("--namespace", self.namespace, *words, text=text)

    def get(self, *words: str) -> Any:
        """Get objects of the site's namespace."""
        return json.loads(self.kubectl("get", *words, "--output=json"))

    def url(self, service: str = "proxy-public") -> str:
        """Return the address of a service, as this machine reaches it."""
        spec = self.get("service", service)["spec"]
        return f"http://{spec['clusterIP']}:{spec['ports'][0]['port']}"

    def upgrade(self, *options: str) -> None:
        """Upgrade the release and wait until all of it is ready."""
        words = ["--namespace", self.namespace, "--values", self.values, "--wait", f"--timeout={PATIENCE_S}s"]
        self.cluster.helm("upgrade", self.release, self.chart, *words, *options)

    def await_hub(self, host: str = "") -> None:
        """Return when the hub answers through the proxy, which learns of a ready hub a moment later.

        Parameters
        ----------
        host
            The site's name, where it is known by that only.
        """
        health, headers = f"{self.url()}/hub/health", {"Host": host} if host else {}

        def answers() -> bool:
            try:
                return requests.get(health, headers=headers, timeout=5).ok
            except requests.RequestException:
                return False  # What is sent to an address whose pod has gone may never come back.

        until(answers, "the hub answers", timeout_s=PATIENCE_S)

    def pods(self, label: str) -> dict[str, str]:
        """Return the names of the pods with a label that are not ending, and which pods they are."""
        found = [pod["metadata"] for pod in self.get("pods", f"--selector={label}")["items"]]
        return {pod["name"]: str(pod["uid"]) for pod in found if "deletionTimestamp" not in pod}

    def await_others(self, label: str, before: Collection[str]) -> None:
        """Return when none of the pods of before is there, but others, all of them ready.

        Parameters
        ----------
        label
            What the pods are known by.
        before
            Their names, as they were.
        """

        def are_ready() -> bool:
            pods = self.get("pods", f"--selector={label}")["items"]
            names = {pod["metadata"]["name"] for pod in pods}
            return bool(names) and not names & set(before) and all(_is_ready(pod) for pod in pods)

        until(are_ready, f"other pods of {label}", timeout_s=PATIENCE_S)

    def run_now(self, cronjob: str, *, timeout_s: float = PATIENCE_S) -> bool:
        """Run what is done each night now, as the Job `…-now`, and say whether it succeeded."""
        job = f"{cronjob}-now"
        self.kubectl("create", "job", job, f"--from=cronjob/{cronjob}")

        def ended() -> dict[str, Any]:
            status = self.get("job", job)["status"]
            return {key: status[key] for key in ("succeeded", "failed") if status.get(key)}

        until(lambda: bool(ended()), f"the end of {job}", timeout_s=timeout_s)
        return "succeeded" in ended()

    def browser(self, name: str) -> BrowserSession:
        """Return the browser of somebody who has just logged in."""
        self.await_hub()
        browser = BrowserSession(self.url())
        answer = browser.log_in(name, self.passwords[name])
        assert answer.status_code == requests.codes.found, answer.text
        return browser


def _is_ready(pod: dict[str, Any]) -> bool:
    conditions = pod["status"].get("conditions") or []
    return any((found["type"], found["status"]) == ("Ready", "True") for found in conditions)


class Lab:
    """Somebody's running user server.

    Parameters
    ----------
    site
        Where it runs.
    name
        Whose it is.
    """

    def __init__(self, site: Site, name: str) -> None:
        self.site, self.name = site, name
        self.pod = f"jupyter-{name}"
        self.browser = site.browser(name)

    def start(self) -> None:
        """Start it and wait until it is ready."""
        self.browser.start_server(self.name, timeout_s=START_S)

    def stop(self) -> None:
        """Stop it, if it runs."""
        if self.browser._model(self.name)["servers"]:
            self.browser.stop_server(self.name, timeout_s=PATIENCE_S)

    def run(self, *command: str) -> str:
        """Run a command in it and return what it printed, without the line's end."""
        words = ["exec", self.pod, "--container=notebook", "--", *command]
        return self.site.kubectl(*words).strip()

    def fails(self, *command: str) -> bool:
        """Say whether a command fails in it."""
        try:
            self.run(*command)
        except ClusterError:
            return True
        return False

    def description(self) -> dict[str, Any]:
        """Return the pod as the API server shows it."""
        return dict(self.site.get("pod", self.pod))

    def token(self) -> str:
        """Make a token of the user's own, as the page of tokens does."""
        answer = self.browser.http.post(
            f"{self.browser.url}/hub/api/users/{self.name}/tokens",
            json={"note": "test", "expires_in": 3600},
            headers=self.browser._headers,
            timeout=60,
        )
        assert answer.ok, answer.text
        return str(answer.json()["token"])
