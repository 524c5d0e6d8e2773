"""Report to leadership."""

from prefect import flow

from tasks.causes import show_pages, write_problem_pages
from tasks.common import moment
from tasks.naming import show_report, titled
from tasks.parameters import Report
from tasks.report import ask_for_release, reports_wanted, write_report


@flow(
    name="报告",
    flow_run_name=titled("报告"),
    description="撰写报告：失败在前，每个数字可追溯；周报和月报经审批后呈送领导",
)
async def report(what: Report = Report()) -> str:
    """Write the report of a period, ask for its release, and keep the root-cause pages fresh; return its path."""
    now = moment(what.now)
    path = ""
    for department in reports_wanted(what.kind, what.department):
        path = write_report(now, what.kind, what.since, what.until, department, what.action)
        ask_for_release(path, now)
        show_report(path)
    show_pages(write_problem_pages(now))
    return path
