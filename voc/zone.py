"""The zone people live in: instants are stored in UTC and shown in it."""

from datetime import timedelta, timezone

# China has had one zone and no summer time since 1991, so a fixed offset spares the look-ups of a zone file.
CHINA = timezone(timedelta(hours=8), "Asia/Shanghai")
