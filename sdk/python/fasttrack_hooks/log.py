"""Writes JSON lines. They hold no value of the request, and no text of a hook's error, which
could quote one and is in the run's history."""

from __future__ import annotations

import json
import sys
from datetime import datetime, timezone
from typing import Any


def line(level: str, message: str, **members: Any) -> None:
    """Writes one line."""
    now = datetime.now(timezone.utc).isoformat().replace("+00:00", "Z")
    sys.stdout.write(json.dumps({"time": now, "level": level, "msg": message, **members}) + "\n")
    sys.stdout.flush()
