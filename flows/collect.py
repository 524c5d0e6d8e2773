"""Collect what is waiting in the sources."""

from prefect import State, flow

from tasks.collect import collect_source, failures, list_sources
from tasks.common import complain, moment, results
from tasks.naming import show_accounting, titled
from tasks.parameters import Collect


@flow(name="采集", flow_run_name=titled("采集"), description="从各来源读入反馈，每一行都有去向")
async def collect(what: Collect = Collect()) -> list[int] | State:
    """Read every source that was asked for and does not rest; one that cannot be read fails the run, not the others."""
    names = list_sources(what.sources)
    now = moment(what.now)
    read = [collect_source(name, now, what.again, return_state=True) for name in names]
    deliveries = [id_ for ids in await results(read) for id_ in ids]
    show_accounting(deliveries)
    return complain(failures(deliveries), read) or deliveries
