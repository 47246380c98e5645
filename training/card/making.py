"""The last section of the card: how the model was made, so that it can be made again."""

from training.bundle import FORMAT_VERSION, Bundle
from training.card.record import Making, Member


def describe_making(bundle: Bundle) -> Making:
    """Return members, seed, hashes and versions."""
    facts, manifest = bundle.facts, bundle.manifest
    fit = facts.get("fit", {})
    return Making(
        model_version=bundle.model_version,
        bundle_hash=manifest.bundle_hash,
        bundle_format=FORMAT_VERSION,
        spec_hash=manifest.spec_hash,
        data_digest=facts.get("data_digest"),
        seed=facts.get("seed"),
        members=tuple(Member(one["name"], one["weight"]) for one in fit.get("members", ())),
        learned_events=fit.get("n_events"),
        is_pooled=bool(fit.get("is_pooled", False)),
        is_tuned=bool(facts.get("tuning", {}).get("is_shipped")),
        libraries=dict(sorted({**facts.get("libraries", {}), **manifest.libraries}.items())),
    )
