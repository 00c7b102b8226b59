"""How a user server is started and watched as a pod."""

from __future__ import annotations

from typing import Any

from traitlets.config import Config

from ..identities import NumberBook, NumbersExhausted
from ..kubernetes_settings import Profile
from ..patience import patience_of
from ..refusal import ServerRefused
from ..settings import Settings
from .spawner import apply_to_servers

__all__ = ["POD_SECURITY", "SERVER_SECURITY", "apply", "profile_list"]

POD_SECURITY: dict[str, Any] = {"runAsNonRoot": True, "seccompProfile": {"type": "RuntimeDefault"}}
SERVER_SECURITY: dict[str, Any] = {"runAsNonRoot": True, "capabilities": {"drop": ["ALL"]}}
MARGIN_S = 30


def profile_list(settings: Settings, groups: set[str]) -> list[dict[str, Any]]:
    """Describe, as KubeSpawner wants it, the profiles that a member of these groups may choose."""
    may = [p for p in settings.kubernetes.profiles if not p.groups or groups & {*p.groups}]
    return [_described(profile) for profile in may]


def _described(profile: Profile) -> dict[str, Any]:
    asked = {
        "image": profile.image,
        "cpu_guarantee": profile.cpu_guarantee,
        "cpu_limit": profile.cpu_limit,
        "mem_guarantee": profile.memory_guarantee,
        "mem_limit": profile.memory_limit,
    }
    return {
        "slug": profile.slug,
        "display_name": profile.title,
        "description": profile.description,
        "default": profile.default,
        "kubespawner_override": {name: value for name, value in asked.items() if value is not None},
    }


def apply(c: Config, settings: Settings) -> None:
    """Set the spawner, as whom a server runs, and what it may do."""
    numbers = NumberBook(settings.kubernetes.identities)

    def user_number(spawner: Any) -> int:
        try:
            return numbers.of_user(spawner.db, spawner.user.name)
        except NumbersExhausted as e:
            raise ServerRefused("there is no number left for a further user", str(e), reason="number") from e

    def group_numbers(spawner: Any) -> list[int]:
        return numbers.of_groups(spawner.db, [group.name for group in spawner.user.groups])

    def profiles(spawner: Any) -> list[dict[str, Any]]:
        return profile_list(settings, {group.name for group in spawner.user.groups})

    c.JupyterHub.spawner_class = "astrohub_hub.cluster_spawner.ClusterSpawner"
    c.ClusterSpawner.settings = settings
    c.ClusterSpawner.prepare_image = c.KubeSpawner.image
    c.KubeSpawner.uid = user_number
    c.KubeSpawner.gid = user_number
    c.KubeSpawner.supplemental_gids = group_numbers
    c.KubeSpawner.fs_gid = None  # Kubernetes would give the whole volume to one group
    c.KubeSpawner.pod_security_context = POD_SECURITY
    c.KubeSpawner.container_security_context = SERVER_SECURITY
    c.KubeSpawner.allow_privilege_escalation = False
    c.KubeSpawner.privileged = False
    c.KubeSpawner.automount_service_account_token = False
    c.KubeSpawner.storage_pvc_ensure = False
    c.KubeSpawner.delete_pvc = False
    if settings.kubernetes.profiles:
        c.KubeSpawner.profile_list = profiles
    # Under KubeSpawner's name: what z2jh's configuration says there wins over what is said of any Spawner.
    apply_to_servers(c.KubeSpawner, settings)
    # The spawner itself says when a start is hopeless, and why; the hub's own limit knows no cause.
    c.KubeSpawner.start_timeout = patience_of(settings).longest_s + MARGIN_S
    c.KubeSpawner.events_enabled = True
    c.ResourceReflector.request_timeout = 15  # a watch lasts 10 s: what is silent for longer is broken
    c.KubeSpawner.consecutive_failure_limit = 0  # a full cluster or a broken profile does not restart the hub
    told = c.KubeSpawner.get("environment") or {}
    c.KubeSpawner.environment = {**told, **settings.servers.environment}
