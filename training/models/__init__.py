"""Models as data: what predicting needs; whatever fits them is in the modules named ``fit_*``."""

from collections.abc import Mapping

from training.models.binary import MODEL_FILE, Attributions, BinaryModel
from training.models.blend import Blend, Member
from training.models.boosters import BoosterModel
from training.models.hazard import HazardModel
from training.models.incidence import IncidenceModel
from training.models.levels import Level, Levels, RatingKind
from training.models.rating import RatingModel
from training.models.records import read_record
from training.models.shapes import Curve, ShapeModel

Model = BinaryModel | HazardModel | IncidenceModel | RatingModel

__all__ = [
    "Attributions",
    "BinaryModel",
    "Blend",
    "BoosterModel",
    "Curve",
    "HazardModel",
    "IncidenceModel",
    "Level",
    "Levels",
    "Member",
    "Model",
    "RatingKind",
    "RatingModel",
    "ShapeModel",
    "model_from_files",
]


def model_from_files(contents: Mapping[str, bytes]) -> Model:
    """Return the model that is in these files.

    Parameters
    ----------
    contents
        Files by name, as ``to_files`` of a model gave them.

    Raises
    ------
    BundleError
        If a file is missing, altered or of an unknown kind.
    """
    kinds: dict[str, type[Model]] = {
        "binary": BinaryModel,
        "hazard": HazardModel,
        "incidence": IncidenceModel,
        "rating": RatingModel,
    }
    record = read_record(contents, MODEL_FILE)
    if record.text("kind") not in kinds:
        raise record.fail("kind", f"one of {', '.join(kinds)}")
    return kinds[record.text("kind")].from_files(contents)
