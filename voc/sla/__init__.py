"""Promised times: clocks as pure functions of the log of steps, the promises, and the Chinese calendar."""

from voc.sla.calendar import Calendar, Days
from voc.sla.clock import LATE, OPEN, STATES, Clock, Course, Entry, Grant, Level, Term, clocks
from voc.sla.courses import COURSES, TITLES, kept_promises, most_urgent
from voc.sla.policy import Policy, claims, dated, parse_policy, terms_from, terms_of

__all__ = [
    "COURSES",
    "LATE",
    "OPEN",
    "STATES",
    "TITLES",
    "Calendar",
    "Clock",
    "Course",
    "Days",
    "Entry",
    "Grant",
    "Level",
    "Policy",
    "Term",
    "claims",
    "clocks",
    "dated",
    "kept_promises",
    "most_urgent",
    "parse_policy",
    "terms_from",
    "terms_of",
]
