"""What goes on inside customers, as truth: moods per month, the NPS they would give, the planted wave."""

import numpy as np
import pyarrow as pa
from scipy.special import ndtr

from features.worlds.columns import moments, texts
from features.worlds.effects import FEELINGS
from features.worlds.period import PLANTED_WAVE
from features.worlds.truth import PlantedWave
from features.worlds.vocabulary import Floats
from features.worlds.world import World


def expected_nps(mood: Floats) -> Floats:
    """Return the NPS (-100 to 100) that answers would have on average at a mood."""
    likely = FEELINGS.nps_level + FEELINGS.nps_per_mood * mood
    promoters = 1.0 - ndtr((8.5 - likely) / FEELINGS.nps_noise)
    detractors = ndtr((6.5 - likely) / FEELINGS.nps_noise)
    return np.asarray(100.0 * (promoters - detractors), dtype=np.float64)


def customer_months(world: World) -> pa.Table:
    """Return what goes on inside every customer, per month under contract: for tests, never for a model."""
    starts, ends = world.period.edges[:-1], world.lives.ends[:, None]
    customer, month = np.nonzero((world.customers.starts[:, None] <= starts) & (starts < ends))
    lives, experience = world.lives, world.experience
    columns = {
        "customer_id": texts(world.customers.customer_id[customer]),
        "month": moments(starts[month]),
        "mood": pa.array(lives.mood[customer, month]),
        "ease": pa.array(lives.ease[customer, month]),
        "resolution_doublings": pa.array(experience.resolution[customer, month + 1]),
        "late_share": pa.array(experience.late_share[customer, month + 1]),
        "expected_nps": pa.array(expected_nps(lives.mood[customer, month])),
        "is_intending": pa.array(lives.intends[customer] < world.period.edges[month + 1]),
    }
    return pa.table(columns)


def describe_planted_wave(world: World) -> PlantedWave:
    """Work out the true parts of the NPS change in the planted wave (leavers, joiners and same customers)."""
    period, lives = world.period, world.lives
    before, after = (int(month) for month in period.waves[PLANTED_WAVE - 1 : PLANTED_WAVE + 1])
    was, remains = (world.is_active(int(period.edges[month + 1]) - 1) for month in (before, after))
    then, now = expected_nps(lives.mood[:, before]), expected_nps(lives.mood[:, after])
    both, left, joined = was & remains, was & ~remains, ~was & remains
    changes = (lives.mood[:, after] - lives.mood[:, before])[both]
    return PlantedWave(
        wave=period.name_wave(PLANTED_WAVE),
        wave_before=period.name_wave(PLANTED_WAVE - 1),
        nps_before=float(then[was].mean()),
        nps=float(now[remains].mean()),
        total=float(now[remains].mean() - then[was].mean()),
        within=float((now - then)[both].mean()),
        leavers=float(then[both].mean() - then[was].mean()),
        joiners=float(now[remains].mean() - now[both].mean()) if joined.any() else 0.0,
        highest_mood_change=float(changes.max()),
        left_between=int(left.sum()),
        took_offer=int(lives.took_offer.sum()),
    )
