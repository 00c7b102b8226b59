"""What a site can set of user servers in Kubernetes: volumes, numbers of users, profiles."""

from __future__ import annotations

from pydantic import Field, field_validator, model_validator

from .model import Model

__all__ = ["Claim", "Identities", "Kubernetes", "Mount", "Profile"]

_PATH_IN_VOLUME = r"^$|^[A-Za-z0-9._-]+(/[A-Za-z0-9._-]+)*$"


class Claim(Model):
    """A folder of a volume that is there already."""

    claim: str = Field(title="Claim", description="Name of the PersistentVolumeClaim.", min_length=1)
    sub_path: str = Field(
        "", title="Folder", description="Folder of the volume; all of it if empty.", pattern=_PATH_IN_VOLUME
    )

    @field_validator("sub_path")
    @classmethod
    def _stays_inside(cls, path: str) -> str:
        if ".." in path.split("/"):
            raise ValueError("must be a folder inside the volume")
        return path


class Mount(Claim):
    """A folder of a volume that user servers see at some place."""

    path: str = Field(
        title="Path", description="Where user servers see it.", pattern=r"^(/[A-Za-z0-9._-]+)+$"
    )
    read_only: bool = Field(True, title="Read only", description="Whether it cannot be changed from there.")
    groups: tuple[str, ...] = Field(
        (), title="Groups", description="Groups whose members see it; everybody if empty."
    )


class Identities(Model):
    """The numbers that users and groups have on the volumes. Once given, a number never changes."""

    first_user: int = Field(
        100_000,
        title="First user",
        description="Number of the first user; the next get the next ones. Also the user's own group.",
        ge=1_000,
        le=2_000_000_000,
    )
    first_group: int = Field(
        1_000_000,
        title="First group",
        description="Number of the first group.",
        ge=1_000,
        le=2_000_000_000,
    )

    @model_validator(mode="after")
    def _apart(self) -> Identities:
        if self.first_group <= self.first_user:
            raise ValueError("firstGroup must be above firstUser, with room for all users between them")
        return self


class Profile(Model):
    """A kind of server that a user may choose."""

    slug: str = Field(
        title="Name", description="Short name, as in addresses and requests.", pattern="^[a-z0-9-]{1,40}$"
    )
    title: str = Field(title="Title", description="What the user chooses.", min_length=1)
    description: str = Field("", title="Description", description="One sentence below the title.")
    image: str | None = Field(
        None, title="Image", description="Image of the server; that of `singleuser.image` if not given."
    )
    cpu_guarantee: float | None = Field(
        None, title="CPU guarantee", description="Processors that the server is sure to have.", gt=0
    )
    cpu_limit: float | None = Field(
        None, title="CPU limit", description="Processors that the server can use.", gt=0
    )
    memory_guarantee: str | None = Field(
        None,
        title="Memory guarantee",
        description="Memory that the server is sure to have, like `2G`.",
        pattern="^[0-9.]+[KMGT]?$",
    )
    memory_limit: str | None = Field(
        None,
        title="Memory limit",
        description="Memory at which the server is ended, like `4G`.",
        pattern="^[0-9.]+[KMGT]?$",
    )
    groups: tuple[str, ...] = Field(
        (), title="Groups", description="Groups whose members may choose it; everybody if empty."
    )
    default: bool = Field(False, title="Default", description="Whether it is chosen from the start.")


class Kubernetes(Model):
    """User servers as pods: what they find, as whom they run, which kinds there are."""

    homes: Claim = Field(
        Claim(claim="astrohub-files", sub_path="home"),
        title="Homes",
        description="The folder that holds all homes, on a volume that many nodes can mount at once.",
    )
    public_data: Claim | None = Field(
        Claim(claim="astrohub-public"),
        title="Public data",
        description="The published catalogues, seen read-only as ASTROHUB_DATA.",
    )
    notebooks: Claim | None = Field(
        None,
        title="Notebooks",
        description="The notebook service's folder, seen read-only; its `current` is ASTROHUB_NOTEBOOKS.",
    )
    mounts: tuple[Mount, ...] = Field(
        (), title="Mounts", description="Further folders that user servers see."
    )
    identities: Identities = Field(
        default_factory=Identities,
        title="Identities",
        description="The numbers that users and groups have on the volumes.",
    )
    profiles: tuple[Profile, ...] = Field(
        (), title="Profiles", description="Kinds of server to choose from; no choice if empty."
    )
    room_timeout_s: int = Field(
        900,
        title="Room timeout",
        description="Seconds a server waits for room, as long as an autoscaler may take to add a machine.",
        ge=5,
    )
    orphan_s: int = Field(
        120,
        title="Orphans",
        description="Seconds after which a pod that belongs to no server is removed; its home stays.",
        ge=5,
    )
    image_timeout_s: int = Field(
        900,
        title="Image timeout",
        description="Seconds that fetching a server's image may take.",
        ge=5,
    )
