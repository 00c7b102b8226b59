"""Images: each is fetched by a pod that does nothing."""

from __future__ import annotations

import asyncio

from ..findings import Finding, fine, problem
from ..trying import Bench, Outcome

__all__ = ["check_images", "judge_image"]


async def check_images(bench: Bench) -> list[Finding]:
    """Have the cluster fetch every image and start it."""
    settings = bench.maker.settings
    images = list(dict.fromkeys([settings.probe_image, *settings.images]))
    outcomes = await asyncio.gather(
        *(
            bench.run(bench.maker.pod(f"image-{number}", ("true",), image=image))
            for number, image in enumerate(images)
        )
    )
    return [judge_image(image, outcome) for image, outcome in zip(images, outcomes, strict=True)]


def judge_image(image: str, outcome: Outcome) -> Finding:
    """Judge how the pod of an image ended; tell its digest, by which it can be pinned."""
    if outcome.trouble:
        cure = (
            "Look at name, tag and digest in the values, at `pullSecrets`, and whether the nodes "
            f"reach the registry: `crictl pull {image}` on a node."
        )
        return problem("image", f"{image}: {outcome.trouble}", cure)
    statuses = outcome.pod.get("status", {}).get("containerStatuses") or [{}]
    _, fetched, digest = str(statuses[0].get("imageID", "")).rpartition("@")
    if "@" in image or not fetched:
        return fine("image", f"{image} can be started")
    return fine("image", f"{image} can be started; to pin it, add @{digest} to its tag")
