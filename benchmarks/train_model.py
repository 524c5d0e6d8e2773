"""Train the shipped models from public data: `python -m benchmarks.train_model`."""

from __future__ import annotations

from pathlib import Path

from threadpoolctl import threadpool_limits

from benchmarks import train_issues, train_tone

OUT = Path(__file__).resolve().parents[1] / "voc" / "data"


def main() -> None:
    """Train the tone, then what needs the tone of clauses: areas and issues."""
    tone = train_tone.write(OUT)
    train_issues.write(OUT, tone)


if __name__ == "__main__":
    with threadpool_limits(1):  # sums of several threads come out in another order, and with them the weights
        main()
