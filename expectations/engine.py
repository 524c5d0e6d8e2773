"""One quiet Great Expectations context per process, imported on first use because that takes seconds."""

from __future__ import annotations

import logging
import os
import threading
import warnings
from collections.abc import Sequence
from functools import cache
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import pandas as pd

_LOCK = threading.Lock()  # GX keeps global state about "the" context; see issue 12209 of that project
# The second sets a level of its own, which the first does not overrule.
_TALKATIVE = ("great_expectations", "great_expectations.data_context.types.base")
_FORMAT = {
    "result_format": "COMPLETE",
    "unexpected_index_column_names": ["row"],
    "partial_unexpected_count": 0,
}


def library() -> Any:
    """The module great_expectations.expectations, imported without telemetry."""
    os.environ["GX_ANALYTICS_ENABLED"] = "false"
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # its deprecations are not ours to mend
        import great_expectations.expectations as gxe
    return gxe


def run(frame: pd.DataFrame, name: str, expectations: Sequence[Any]) -> dict[str, Any]:
    """GX's own JSON result of checking `frame`, whose column "row" names the rows that fail."""
    import great_expectations as gx
    from great_expectations.validator.v1_validator import Validator

    with _LOCK, warnings.catch_warnings():
        warnings.simplefilter("ignore")
        suite = gx.ExpectationSuite(name=name, expectations=list(expectations))
        # What `Batch.validate` makes as well, but there the frame has been loaded and hashed once before.
        validator = Validator(_batches(), result_format=_FORMAT, batch_parameters={"dataframe": frame})
        answer: dict[str, Any] = validator.validate_expectation_suite(suite).to_json_dict()
    for each in answer["results"]:
        _insist(each)
    return answer


@cache
def _batches() -> Any:
    import great_expectations as gx

    for name in _TALKATIVE:
        logging.getLogger(name).setLevel(logging.WARNING)
    context = gx.get_context(mode="ephemeral")
    context.variables.progress_bars = {"globally": False, "metric_calculations": False}
    asset = context.data_sources.add_pandas("pandas").add_dataframe_asset("batch")
    return asset.add_batch_definition_whole_dataframe("whole")


def _insist(result: dict[str, Any]) -> None:
    # An expectation that crashed counts as "failed without rows": it must never look like a clean batch.
    info = result.get("exception_info") or {}
    for one in [info, *(value for value in info.values() if isinstance(value, dict))]:
        if one.get("raised_exception"):
            kind = result["expectation_config"]["type"]
            raise RuntimeError(f"{kind} could not be computed: {one.get('exception_message')}")
