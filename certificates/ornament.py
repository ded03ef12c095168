"""The drawing of a certificate, by formula: guilloche border, rosette, and the round seal. Millimetres of A4 landscape."""

from functools import lru_cache
from itertools import pairwise
from math import cos, pi, radians, sin

WIDTH, HEIGHT = 297, 210
OUTER, BAND, INNER = 6.5, 11.15, 15.8
STRANDS = 5


@lru_cache
def border() -> list[str]:
    """Path data of the braid between the two rules: strands of one sine wave, each a little behind the last."""
    depth = 2.6
    paths = []
    for strand in range(STRANDS):
        for sign in (depth, -depth):
            lag = strand / STRANDS / 3
            for y in (BAND, HEIGHT - BAND):
                paths.append(_smooth([(x, y + swing) for x, swing in _wave(BAND, WIDTH - BAND, 37, sign, lag)], 0))
            for x in (BAND, WIDTH - BAND):
                paths.append(_smooth([(x + swing, y) for y, swing in _wave(BAND, HEIGHT - BAND, 25, sign, lag)], 1))
    return paths


def _wave(start: float, end: float, waves: int, depth: float, lag: float) -> list[tuple[float, float]]:
    """Crests and troughs along a line; `lag` is a share of a wave."""
    half = (end - start) / waves / 2
    return [(start + half * (place + 2 * lag), depth * (-1) ** place) for place in range(2 * waves)]


def _smooth(points: list[tuple[float, float]], along: int) -> str:
    """One curve through crests and troughs of a wave that runs along x (0) or y (1)."""
    reach = 0.3642 * (points[1][along] - points[0][along])
    near = (reach, 0) if along == 0 else (0, reach)
    x, y = points[0]
    path = f"M{x:.2f},{y:.2f}C{x + near[0]:.2f},{y + near[1]:.2f}"
    for place, (x, y) in enumerate(points[1:]):
        path += f"{'S' if place else ' '}{x - near[0]:.2f},{y - near[1]:.2f} {x:.2f},{y:.2f}"
    return path


def _rose(petals: int, radius: float, swing: float, turn: float, wide: float, high: float) -> str:
    """A closed curve of petals around the origin, drawn from crest to trough to crest; `turn` in radians."""
    step = pi / petals
    corners = []
    for place in range(2 * petals + 1):
        angle = turn + step * place
        here = radius + swing * (-1) ** place
        x, y = wide * here * cos(angle), high * here * sin(angle)
        corners.append((x, y, -wide * here * sin(angle) * step / 3, high * here * cos(angle) * step / 3))
    path = f"M{corners[0][0]:.2f},{corners[0][1]:.2f}"
    for before, after in pairwise(corners):
        path += f"C{before[0] + before[2]:.2f},{before[1] + before[3]:.2f} "
        path += f"{after[0] - after[2]:.2f},{after[1] - after[3]:.2f} {after[0]:.2f},{after[1]:.2f}"
    return path + "Z"


@lru_cache
def rosette() -> list[str]:
    """Path data of the faint rose behind the words, around its own centre: petals that narrow and turn inwards."""
    return [_rose(18, 0.74 - ring * 0.036, 0.2 - ring * 0.013, ring * 0.011, 108, 80) for ring in range(11)]


@lru_cache
def corner() -> list[str]:
    """Path data of the small rose that covers a corner of the braid, around its own centre."""
    return [_rose(8, 3.1, 1.35, turn * pi / 32, 1, 1) for turn in range(4)]


def corners() -> list[tuple[float, float]]:
    """Where the corner roses stand."""
    return [(x, y) for x in (BAND, WIDTH - BAND) for y in (BAND, HEIGHT - BAND)]


def arc(text: str) -> list[tuple[str, float]]:
    """The letters of a seal's rim with the degrees each is turned: Han evenly, others as wide as they are."""
    step = 26.0 if not text.isascii() else 11.0
    step = min(step, 260.0 / max(len(text) - 1, 1))
    return [(letter, step * (place - (len(text) - 1) / 2)) for place, letter in enumerate(text)]


def rim_size(text: str) -> float:
    """Type size on a rim of radius 33, in the seal's own units (the seal is 100 across)."""
    wide = 0.98 if not text.isascii() else 1.6
    return round(min(9.5, 33 * radians(260) / max(len(text), 1) * wide), 2)
