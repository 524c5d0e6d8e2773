"""/metrics: what the database knows of how the house runs, as Prometheus reads it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime

from prometheus_client import CollectorRegistry, start_http_server
from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.registry import Collector
from sqlalchemy.exc import SQLAlchemyError

from models.engine import transaction
from models.house import health
from tasks.api import Api, address

HELP = {
    "batches_collected": "batches waiting to be checked",
    "batches_checked": "batches waiting to be analysed",
    "oldest_batch_seconds": "age of the oldest batch that waits",
    "deliveries_unfinished": "files that are being read or were cut short",
    "deliveries_broken": "files that could not be read",
    "rows_quarantined": "rows waiting for repair",
    "events_waiting": "events Prefect was not told of yet",
    "oldest_event_seconds": "age of the oldest event that waits",
    "events_expired": "events given up because Prefect was away for too long",
    "oldest_message_seconds": "how late the oldest message that is due is",
    "channels_stopped": "channels stopped because they are configured wrongly",
    "reviews_late": "reviews of alarms past their deadline",
    "actions_late": "measures past their deadline",
}


class House(Collector):
    """Asks the database at the moment it is asked; a database that is away is a metric too."""

    def collect(self) -> Iterator[Metric]:
        """Yield every metric; nothing in them is personal."""
        try:
            now = datetime.now(UTC)
            with transaction() as session:
                counts, states = health.counts(session, now), health.by_state(session)
                sources = health.sources(session)
        except SQLAlchemyError:
            yield GaugeMetricFamily("voc_database_up", "1 when the database answers", 0)
            return
        yield GaugeMetricFamily("voc_database_up", "1 when the database answers", 1)
        yield GaugeMetricFamily("voc_prefect_up", "1 when Prefect answers", int(Api(address()).healthy()))
        for name, value in counts.items():
            yield GaugeMetricFamily(f"voc_{name}", HELP[name], value)
        for life, by_state in states.items():
            gauge = GaugeMetricFamily(f"voc_{life}s", f"{life}s by state", labels=["state"])
            for state, count in by_state.items():
                gauge.add_metric([state], count)
            yield gauge
        seen = GaugeMetricFamily(
            "voc_source_last_success_timestamp_seconds", "when a source was last read", labels=["source"]
        )
        for source in sources:
            if source["last_success_at"]:
                seen.add_metric([source["name"]], source["last_success_at"].timestamp())
        yield seen


def registry() -> CollectorRegistry:
    """Return the metrics of the house, for whoever serves them."""
    made = CollectorRegistry(auto_describe=False)
    made.register(House())
    return made


def publish(port: int) -> None:
    """Serve /metrics on this machine only; port 0 serves nothing."""
    if port:
        start_http_server(port, addr="127.0.0.1", registry=registry())
