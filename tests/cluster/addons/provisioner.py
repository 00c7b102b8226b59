"""Makes a folder and a volume for each claim of our storage classes, and removes both after it."""

from __future__ import annotations

import shutil
import threading
from collections.abc import Iterator
from pathlib import Path

from .api import Api, Object
from .mirror import Mirror

__all__ = ["PROVISIONER", "Provisioner"]

PROVISIONER = "astrohub.test/folder"
_MADE_BY = "pv.kubernetes.io/provisioned-by"
_CHOSEN_NODE = "volume.kubernetes.io/selected-node"


class Provisioner:
    """Serves claims one after the other.

    Parameters
    ----------
    folder
        Where the folders of volumes are made.
    """

    def __init__(self, api: Api, folder: Path) -> None:
        self._api, self._folder = api, folder
        self._changed = threading.Event()
        self._classes, self._claims, self._volumes = (
            Mirror(api, path, self._changed.set)
            for path in (
                "/apis/storage.k8s.io/v1/storageclasses",
                "/api/v1/persistentvolumeclaims",
                "/api/v1/persistentvolumes",
            )
        )

    def serve(self) -> None:
        """Serve until the process ends."""
        for mirror in (self._classes, self._claims, self._volumes):
            mirror.start()
        while self._changed.wait():
            self._changed.clear()
            for claim, storage_class in self._claims_without_volume():
                self._provide(claim, storage_class)
            for volume in self._volumes.objects():
                if _is_to_go(volume):
                    self._reclaim(volume)

    def _claims_without_volume(self) -> Iterator[tuple[Object, Object]]:
        classes = {
            found["metadata"]["name"]: found
            for found in self._classes.objects()
            if found["provisioner"] == PROVISIONER
        }
        for claim in self._claims.objects():
            storage_class = classes.get(claim["spec"].get("storageClassName", ""))
            if storage_class and _wants_volume(claim, storage_class):
                yield claim, storage_class

    def _provide(self, claim: Object, storage_class: Object) -> None:
        name = f"pvc-{claim['metadata']['uid']}"
        folder = self._folder / name
        folder.mkdir(exist_ok=True)
        folder.chmod(0o777)
        self._api.create("/api/v1/persistentvolumes", _volume(name, folder, claim, storage_class))

    def _reclaim(self, volume: Object) -> None:
        shutil.rmtree(volume["spec"]["hostPath"]["path"], ignore_errors=True)
        self._api.delete(f"/api/v1/persistentvolumes/{volume['metadata']['name']}")


def _wants_volume(claim: Object, storage_class: Object) -> bool:
    metadata = claim["metadata"]
    if claim["spec"].get("volumeName") or metadata.get("deletionTimestamp"):
        return False
    waits = storage_class.get("volumeBindingMode") == "WaitForFirstConsumer"
    return not waits or _CHOSEN_NODE in metadata.get("annotations", {})


def _is_to_go(volume: Object) -> bool:
    metadata, spec = volume["metadata"], volume["spec"]
    return (
        metadata.get("annotations", {}).get(_MADE_BY) == PROVISIONER
        and volume["status"]["phase"] == "Released"
        and spec["persistentVolumeReclaimPolicy"] == "Delete"
        and not metadata.get("deletionTimestamp")
    )


def _volume(name: str, folder: Path, claim: Object, storage_class: Object) -> Object:
    owner = {key: claim["metadata"][key] for key in ("namespace", "name", "uid")}
    return {
        "apiVersion": "v1",
        "kind": "PersistentVolume",
        "metadata": {"name": name, "annotations": {_MADE_BY: PROVISIONER}},
        "spec": {
            "capacity": claim["spec"]["resources"]["requests"],
            "accessModes": claim["spec"]["accessModes"],
            "storageClassName": storage_class["metadata"]["name"],
            "persistentVolumeReclaimPolicy": storage_class.get("reclaimPolicy", "Delete"),
            "volumeMode": "Filesystem",
            "hostPath": {"path": str(folder), "type": "Directory"},
            "claimRef": {"apiVersion": "v1", "kind": "PersistentVolumeClaim"} | owner,
        },
    }
