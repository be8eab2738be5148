"""The figures as people read them: ours, by hand, ratio."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

Row = tuple[str, Any, Any, Any]


def table(found: dict[str, Any]) -> str:
    """One line per figure."""
    rows: list[Row] = [("", "Holdfast", "by hand", "ratio")]
    for name, part in found.items():
        rows += _PARTS[name](part)
    cells = [["" if cell is None else str(cell) for cell in row] for row in rows]
    return "\n".join(f"{row[0]:<58}{row[1]:>18}{row[2]:>18}{row[3]:>8}" for row in cells)


def _pair(label: str, figures: dict[str, Any], ratio: Any) -> Row:
    return (label, figures["ours"], figures["by-hand"], ratio)


def _per_step(kind: str, part: dict[str, Any]) -> Iterator[Row]:
    hand = part["by_hand"]
    for name in ("events_per_step", "bytes_per_step", "actions_per_step", "events_per_step_of_whole_run"):
        ratio = round(part[name] / hand[name], 3) if hand[name] else None
        yield (f"{kind}: {name.replace('_', ' ')}", part[name], hand[name], ratio)


def _automatic(part: dict[str, Any]) -> Iterator[Row]:
    yield _pair(f"automatic steps/s, {part['runs']} runs", part["steps_per_second"], part["ratio"])
    yield _pair("automatic steps/s, 1 run", part["one_run_steps_per_second"], part["one_run_ratio"])
    yield _pair("automatic: worker CPU ms per step", part["cpu_ms_per_step"], part["cpu_ratio"])
    beside = [("steps_per_second", "bare_ratio"), ("one_run_steps_per_second", "one_run_bare_ratio")]
    for name, found in [*beside, ("cpu_ms_per_step", "bare_cpu_ratio")]:
        yield (f"  by hand, run as ours is: {name}", part[name]["ours"], part[name]["by-hand-bare"], part[found])
    yield from _per_step("automatic", part)


def _human(part: dict[str, Any]) -> Iterator[Row]:
    for prefix in [key.removesuffix("p50_ratio") for key in part if key.endswith("p50_ratio") and "query" not in key]:
        label = f"human, {prefix.split('_', 1)[0] or 1} client(s)"
        ms, speed = part[f"{prefix}ms"], part[f"{prefix}steps_per_second"]
        texts = {side: "/".join(f"{value:.1f}" for value in found.values()) for side, found in ms.items()}
        hand = texts["by-hand"]
        yield (f"{label}: HTTP ms p50/p95/p99", texts["ours over HTTP"], hand, part[f"{prefix}p50_ratio"])
        yield (f"{label}: signal+query ms", texts["ours"], hand, part[f"{prefix}signal_query_p50_ratio"])
        yield (f"{label}: HTTP steps/s", speed["ours over HTTP"], speed["by-hand"], part[f"{prefix}ratio"])
        yield (f"{label}: signal+query steps/s", speed["ours"], speed["by-hand"], part[f"{prefix}signal_query_ratio"])
        bare = "/".join(f"{value:.1f}" for value in ms["by-hand-bare"].values())
        yield ("  by hand, run as ours is: ms", texts["ours over HTTP"], bare, part[f"{prefix}bare_p50_to_http"])
        bare = speed["by-hand-bare"]
        yield ("  by hand, run as ours is: steps/s", speed["ours over HTTP"], bare, part[f"{prefix}bare_ratio"])
        yield _pair(f"{label}: worker CPU ms per step", part[f"{prefix}cpu_ms_per_step"], part[f"{prefix}cpu_ratio"])
    yield from _per_step("human", part)


def _paused(part: dict[str, Any]) -> Iterator[Row]:
    ours, hand = part["ours"], part["by-hand"]
    yield (
        f"paused: KB per cached run, {part['runs']} runs",
        ours["kb_per_run"],
        hand["kb_per_run"],
        part["memory_ratio"],
    )
    started = (ours["started_per_second"], hand["started_per_second"], part["started_per_second_ratio"])
    yield ("paused: started per second", *started)
    at = (ours["next_step_ms"]["p50"], hand["next_step_ms"]["p50"], part["next_step_p50_ratio"])
    yield ("paused: next step ms p50", *at)


def _wake(part: dict[str, Any]) -> Iterator[Row]:
    for length, found in part.items():
        ours, hand = found["ours"], found.get("by-hand")
        events = f"{ours['events']}" + (f" and {hand['events']}" if hand else "")
        shown = hand["ms"]["p50"] if hand else None
        yield (
            f"wake, {length.replace('_', ' ')} (histories of {events}): ms p50",
            ours["ms"]["p50"],
            shown,
            found.get("ratio"),
        )


def _killed(part: dict[str, Any]) -> Iterator[Row]:
    ours, hand = part["ms"]["ours"], part["ms"]["by-hand"]
    yield ("worker killed: ms to next step p50", ours["p50"], hand["p50"], part["ratio"])
    yield ("worker killed: ms to next step p99", ours["p99"], hand["p99"], None)


_PARTS = {
    "automatic": _automatic,
    "human": _human,
    "paused": _paused,
    "wake": _wake,
    "killed": _killed,
    "rolled": _wake,
}
