"""Collect what is waiting in the sources."""

from prefect import flow

from tasks.collect import collect_source, failures, list_sources
from tasks.common import complain, moment
from tasks.naming import show_accounting, titled
from tasks.parameters import Collect


@flow(name="采集", flow_run_name=titled("采集"), description="从各来源读入反馈，每一行都有去向")
async def collect(what: Collect = Collect()) -> list[int]:
    """Read every source that was asked for; a file that cannot be read fails the run, not the others."""
    names = what.sources or list_sources()
    deliveries = [id_ for name in names for id_ in collect_source(name, moment(what.now), what.again)]
    show_accounting(deliveries)
    complain(failures(deliveries))
    return deliveries
