"""Report to leadership."""

from prefect import flow

from tasks.causes import show_pages, write_problem_pages
from tasks.common import moment
from tasks.naming import show_report, titled
from tasks.parameters import Report
from tasks.report import write_report


@flow(name="报告", flow_run_name=titled("报告"), description="撰写领导报告：失败在前，每个数字可追溯")
async def report(what: Report = Report()) -> str:
    """Write the report of a period and a root-cause page for each problem; return the path of the report."""
    path: str = write_report(moment(what.now), what.kind, what.since, what.until)
    show_report(path)
    show_pages(write_problem_pages(moment(what.now)))
    return path
