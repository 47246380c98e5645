"""FastAPI before LightGBM's C interface: typed request and answer, a prepared handle, none of our checks."""

import ctypes
import math
from typing import Any

import lightgbm
import uvicorn
from fastapi import FastAPI
from pydantic import BaseModel, ConfigDict, Field, create_model

from tests.bench.serving_peers.booster import Served

served = Served.from_environment()
library = lightgbm.basic._LIB  # type: ignore[attr-defined]  # the library that the package has loaded
booster = lightgbm.Booster(model_str=served.text)
WIDTH = len(served.names) + len(served.extra)
row_buffer = (ctypes.c_double * WIDTH)()
row_buffer[len(served.names) :] = list[Any](served.extra)
found, n_found, prepared = (ctypes.c_double * 1)(), ctypes.c_int64(), ctypes.c_void_p()
library.LGBM_BoosterPredictForMatSingleRowFastInit(
    booster._handle, 1, 0, -1, 1, ctypes.c_int32(WIDTH), b"num_threads=1", ctypes.byref(prepared)
)
fields: dict[str, Any] = {
    f"f{place}": (str | None if name in served.codes else float | None, Field(None, alias=name))
    for place, name in enumerate(served.names)
}
Features = create_model("Features", __config__=ConfigDict(extra="forbid"), **fields)
COLUMNS = [(f"f{place}", served.codes.get(name)) for place, name in enumerate(served.names)]


class Request(BaseModel):
    """Hold one row."""

    features: Features


class Answer(BaseModel):
    """Hold one probability."""

    probability: float


app = FastAPI()


@app.post("/score")
async def score(request: Request) -> Answer:
    """Score one row."""
    for place, (name, codes) in enumerate(COLUMNS):
        value = getattr(request.features, name)
        known = value if codes is None or value is None else codes.get(value)
        row_buffer[place] = math.nan if known is None else known
    library.LGBM_BoosterPredictForMatSingleRowFast(prepared, row_buffer, ctypes.byref(n_found), found)
    return Answer(probability=1 / (1 + math.exp(-found[0])))


def main(port: int) -> None:
    """Serve without an access log."""
    uvicorn.run(app, host="127.0.0.1", port=port, access_log=False, log_level="warning")


if __name__ == "__main__":
    import sys

    main(int(sys.argv[1]))
