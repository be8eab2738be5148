"""Knots in a graph: sets of nodes that all wait for each other. Tarjan's algorithm without recursion, linear."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Knot:
    """Nodes that wait for each other, and one ring of them to show."""

    members: tuple[int, ...]
    ring: tuple[int, ...]


def knots(sources: list[list[int]]) -> list[Knot]:
    """Every knot, by its first member. `sources[n]` are the nodes that n waits for."""
    found = [members for members in _components(sources) if len(members) > 1 or members[0] in sources[members[0]]]
    return [Knot(tuple(sorted(each)), _ring(sources, set(each))) for each in sorted(found, key=min)]


def _components(sources: list[list[int]]) -> list[list[int]]:
    number = [0] * len(sources)
    lowest = [0] * len(sources)
    open_: list[int] = []
    is_open = [False] * len(sources)
    found: list[list[int]] = []
    count = 0
    for start in range(len(sources)):
        if number[start]:
            continue
        work: list[tuple[int, int]] = [(start, 0)]
        while work:
            node, at = work.pop()
            if at == 0:
                count += 1
                number[node] = lowest[node] = count
                open_.append(node)
                is_open[node] = True
            else:
                lowest[node] = min(lowest[node], lowest[sources[node][at - 1]])
            for place in range(at, len(sources[node])):
                source = sources[node][place]
                if not number[source]:
                    work += [(node, place + 1), (source, 0)]
                    break
                if is_open[source]:
                    lowest[node] = min(lowest[node], number[source])
            else:
                if lowest[node] == number[node]:
                    found.append(_closed(node, open_, is_open))
    return found


def _closed(node: int, open_: list[int], is_open: list[bool]) -> list[int]:
    """The nodes found since `node`: they reach it, and it reaches them."""
    members = []
    while True:
        last = open_.pop()
        is_open[last] = False
        members.append(last)
        if last == node:
            return members


def _ring(sources: list[list[int]], knot: set[int]) -> tuple[int, ...]:
    """One way round inside the knot, in the order in which the steps would run."""
    place: dict[int, int] = {}
    walked: list[int] = []
    node = min(knot)
    while node not in place:
        place[node] = len(walked)
        walked.append(node)
        node = next(source for source in sources[node] if source in knot)
    ring = walked[place[node] :][::-1]
    first = ring.index(min(ring))
    return (*ring[first:], *ring[:first])
