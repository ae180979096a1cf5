"""Recordings to work with: a cup of tea that cools, with everything that can happen to one."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone

import numpy as np

from makerlab.recording.about import About, Happened, LogLine, Lost
from makerlab.recording.formats.content import Content
from makerlab.wire.events import Channel

CHINA = timezone(timedelta(hours=8))
BEGUN = datetime(2026, 11, 24, 23, 59, 58, 500_000, tzinfo=CHINA)
"""Shortly before midnight."""

CHANNELS = (
    Channel("temperature", "degC", 0.01, 2),
    Channel("light", "lx", 1.0, 0),
    Channel("ratio", "", 1.0, None),
)


def tea(rows: int = 12) -> Content:
    """Ten rows a second; rows 5 and 6 were lost, some values could not be read."""
    kept = [row for row in range(rows) if row not in (5, 6)]
    time_s = np.array(kept) / 10
    temperature = np.round(20 + 50 * np.exp(-time_s / 30), 2)
    light = np.round(300 + 100 * np.sin(time_s))
    light[3] = np.nan
    return Content(
        number=17,
        about=About(
            title="茶水降温",
            experiment="cooling",
            label="第3组-1",
            board="esp32",
            runtime="MicroPython 1.27.0",
            rate_hz=10.0,
            program='print("茶")\n',
            note="=1+1; 杯子没有盖",
            started_at=BEGUN,
            channel_titles={
                "temperature": {"zh": "温度", "en": "temperature"},
                "light": {"zh": "光照", "en": "light"},
            },
        ),
        channels=CHANNELS,
        time_s=time_s,
        values={"temperature": temperature, "light": light, "ratio": light / 3.0},
        seq=np.array(kept) + 1,
        gaps=(Lost(0.4, 0.7, 2),),
        events=(
            Happened(0.15, "mark", "盖子, 打开"),
            Happened(0.3, "fault", "ETIMEDOUT", "light"),
            Happened(0.85, "mark", "=HYPERLINK(1)"),
            Happened(float(time_s[-1]), "end", ""),
        ),
        log=(LogLine(0.2, "warming up", 0),),
    )
