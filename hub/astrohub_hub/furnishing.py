"""What a user server's pod is given: its home, the data, its tokens, the folder that is its own. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import Any

from kubernetes_asyncio.client import (
    V1Capabilities,
    V1Container,
    V1EmptyDirVolumeSource,
    V1EnvVar,
    V1EnvVarSource,
    V1KeyToPath,
    V1PersistentVolumeClaimVolumeSource,
    V1Pod,
    V1ResourceRequirements,
    V1SeccompProfile,
    V1SecretKeySelector,
    V1SecretVolumeSource,
    V1SecurityContext,
    V1Volume,
    V1VolumeMount,
)

from . import places
from .kubernetes_settings import Claim, Kubernetes, Mount

__all__ = ["HUB_TOKEN", "PROFILE", "TOKEN_KEY", "Furnishing", "furnish", "server_environment"]

OWN_FOLDER = "/run/astrohub"
TOKEN_FILE = f"{OWN_FOLDER}/token"
PUBLIC_DATA = "/srv/astrohub/public"
NOTEBOOKS = "/srv/astrohub/notebooks"
PREPARE = "astrohub-prepare"
TOKEN_KEY = "token"  # noqa: S105  # the name of a key
HUB_TOKEN = "JUPYTERHUB_API_TOKEN"  # noqa: S105  # the name of a variable
#: The annotation of a pod that says as which kind of server it was started.
PROFILE = "astrohub/profile"
_HOMES = "/homes"
_TOKEN_SOURCE = "/run/astrohub-token"  # noqa: S105  # a folder
_DEPRECATED = frozenset({"JPY_API_TOKEN"})

# Without a passwd entry a shell says "I have no name!": put the name in place of \u before each prompt.
_PROMPT_COMMAND = r'PS1="${PS1//\\u/$USER}"'


@dataclass(frozen=True)
class Furnishing:
    """All that one pod is given.

    Parameters
    ----------
    kubernetes
        The site's volumes.
    user
        The user's name.
    groups
        The groups that the user is in.
    image
        The image of the container that prepares the home; not one that the user chose.
    pull_policy
        When that image is fetched anew.
    secret
        The Secret that holds the server's tokens.
    """

    kubernetes: Kubernetes
    user: str
    groups: frozenset[str]
    image: str
    pull_policy: str
    secret: str

    @property
    def home_name(self) -> str:
        """The folder's name among the homes."""
        return places.folder_name(self.user)

    @property
    def home(self) -> str:
        """The home's place in the pod."""
        return f"/home/{self.home_name}"


def server_environment(given: Furnishing, public_url: str, inside_url: str) -> dict[str, str]:
    """Name what every process of the server finds in its environment."""
    found = {
        "HOME": given.home,
        "USER": given.user,
        "LOGNAME": given.user,
        "SHELL": "/bin/bash",
        "LANG": "C.UTF-8",
        "PROMPT_COMMAND": _PROMPT_COMMAND,
        "JUPYTER_RUNTIME_DIR": f"{OWN_FOLDER}/runtime",
        "JUPYTER_PREFER_ENV_PATH": "1",
        "ASTROHUB_URL": public_url,
        "ASTROHUB_INTERNAL_URL": inside_url,
        "ASTROHUB_TOKEN_FILE": TOKEN_FILE,
    }
    if given.kubernetes.public_data:
        found["ASTROHUB_DATA"] = PUBLIC_DATA
    if given.kubernetes.notebooks:
        found["ASTROHUB_NOTEBOOKS"] = f"{NOTEBOOKS}/current"
    return found


def furnish(pod: V1Pod, given: Furnishing) -> V1Pod:
    """Put volumes, mounts, the preparing container and the tokens' places into a pod.

    The home is made by a container that runs before the server, as the user, in the folder of all homes; the
    server itself sees its own home only.
    """
    server = pod.spec.containers[0]
    mounts = list(_mounts(given))
    claims = sorted({given.kubernetes.homes.claim, *(place.claim for place, _ in mounts)})
    names = {claim: f"storage-{index}" for index, claim in enumerate(claims)}
    claimed = [_claimed(name, claim) for claim, name in names.items()]
    pod.spec.volumes = [*(pod.spec.volumes or []), *claimed, *_own_volumes(given)]
    server.volume_mounts = [
        *(server.volume_mounts or []),
        V1VolumeMount(
            name=names[given.kubernetes.homes.claim],
            mount_path=given.home,
            sub_path=_inside(given.kubernetes.homes, given.home_name),
        ),
        *(_mounted(names[place.claim], place, path) for place, path in mounts),
        V1VolumeMount(name="astrohub-own", mount_path=OWN_FOLDER),
    ]
    server.env = [_from_secret(found, given) for found in server.env if found.name not in _DEPRECATED]
    server.working_dir = given.home
    server.termination_message_policy = "FallbackToLogsOnError"  # its last words, if it stops
    homes = names[given.kubernetes.homes.claim]
    pod.spec.init_containers = [_preparing(given, server, homes), *(pod.spec.init_containers or [])]
    pod.spec.enable_service_links = False
    return pod


def _mounts(given: Furnishing) -> list[tuple[Claim, str]]:
    site = given.kubernetes
    visible = [mount for mount in site.mounts if not mount.groups or given.groups & {*mount.groups}]
    found: list[tuple[Claim, str]] = [(mount, mount.path) for mount in visible]
    if site.public_data:
        found.append((site.public_data, PUBLIC_DATA))
    if site.notebooks:
        found.append((site.notebooks, NOTEBOOKS))
    return found


def _claimed(name: str, claim: str) -> V1Volume:
    source = V1PersistentVolumeClaimVolumeSource(claim_name=claim)
    return V1Volume(name=name, persistent_volume_claim=source)


def _mounted(name: str, place: Claim, path: str) -> V1VolumeMount:
    return V1VolumeMount(
        name=name,
        mount_path=path,
        sub_path=place.sub_path or None,
        read_only=place.read_only if isinstance(place, Mount) else True,
    )


def _own_volumes(given: Furnishing) -> list[V1Volume]:
    items = [V1KeyToPath(key=TOKEN_KEY, path=TOKEN_KEY)]
    return [
        V1Volume(name="astrohub-own", empty_dir=V1EmptyDirVolumeSource(medium="Memory", size_limit="16Mi")),
        V1Volume(name="astrohub-token", secret=V1SecretVolumeSource(secret_name=given.secret, items=items)),
    ]


def _from_secret(variable: V1EnvVar, given: Furnishing) -> V1EnvVar:
    if variable.name != HUB_TOKEN:
        return variable
    key = V1SecretKeySelector(name=given.secret, key=HUB_TOKEN)
    return V1EnvVar(name=variable.name, value_from=V1EnvVarSource(secret_key_ref=key))


def _preparing(given: Furnishing, server: V1Container, volume: str) -> V1Container:
    folder = given.kubernetes.homes.sub_path or None
    runs_as: Any = server.security_context  # KubeSpawner leaves it as a dictionary
    environment = {
        "HOME_FOLDER": str(PurePosixPath(_HOMES, given.home_name)),
        "TOKEN_SOURCE": f"{_TOKEN_SOURCE}/{TOKEN_KEY}",
        "TOKEN_FILE": TOKEN_FILE,
    }
    if given.kubernetes.notebooks:
        environment["NOTEBOOKS"] = f"{NOTEBOOKS}/current"
    return V1Container(
        name="prepare",
        image=given.image,
        image_pull_policy=given.pull_policy,
        command=[PREPARE],
        env=[V1EnvVar(name=name, value=value) for name, value in environment.items()],
        volume_mounts=[
            V1VolumeMount(name=volume, mount_path=_HOMES, sub_path=folder),
            V1VolumeMount(name="astrohub-own", mount_path=OWN_FOLDER),
            V1VolumeMount(name="astrohub-token", mount_path=_TOKEN_SOURCE, read_only=True),
        ],
        resources=V1ResourceRequirements(
            requests={"cpu": "10m", "memory": "16Mi"}, limits={"cpu": "1", "memory": "64Mi"}
        ),
        security_context=V1SecurityContext(
            run_as_user=runs_as["runAsUser"],
            run_as_group=runs_as["runAsGroup"],
            run_as_non_root=True,
            allow_privilege_escalation=False,
            read_only_root_filesystem=True,
            capabilities=V1Capabilities(drop=["ALL"]),
            seccomp_profile=V1SeccompProfile(type="RuntimeDefault"),
        ),
        termination_message_policy="FallbackToLogsOnError",
    )


def _inside(place: Claim, name: str) -> str:
    return f"{place.sub_path}/{name}" if place.sub_path else name
