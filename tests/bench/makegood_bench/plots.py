"""Plain line charts as SVG: axes with labels and units, one line a series, nothing else."""

import math
from dataclasses import dataclass, field
from html import escape

WIDTH, HEIGHT = 720, 420
LEFT, RIGHT, TOP, BOTTOM = 80, 150, 48, 60
COLOURS = ("#1f5fa8", "#c0392b", "#2e8b57", "#8e5aa8", "#b8860b")


@dataclass
class Axis:
    label: str  # with its unit
    logarithmic: bool = False

    def scale(self, values: list[float]) -> "Scale":
        return LogScale(values) if self.logarithmic else LinearScale(values)


@dataclass
class Chart:
    title: str
    across: Axis
    up: Axis
    series: dict[str, list[tuple[float, float]]] = field(default_factory=dict)
    levels: dict[str, float] = field(default_factory=dict)  # dashed: targets and floors


class Scale:
    """Maps a value to 0…1 and names the ticks."""

    def ticks(self) -> list[float]:
        raise NotImplementedError

    def place(self, value: float) -> float:
        raise NotImplementedError


class LinearScale(Scale):
    def __init__(self, values: list[float]):
        highest = max(values, default=1.0) or 1.0
        rough = highest / 5
        power = 10 ** math.floor(math.log10(rough))
        self._step = next(each * power for each in (1, 2, 2.5, 5, 10) if each * power >= rough)
        self._count = math.ceil(highest / self._step - 1e-9)

    def ticks(self) -> list[float]:
        return [self._step * i for i in range(self._count + 1)]

    def place(self, value: float) -> float:
        return value / (self._step * self._count)


class LogScale(Scale):
    """From one round number to another; every decade has its tick, and where there are few also its 2 and 5."""

    def __init__(self, values: list[float]):
        positive = [each for each in values if each > 0] or [1.0]
        first = math.floor(math.log10(min(positive)))
        last = math.ceil(math.log10(max(positive))) + 1
        steps = [factor * 10.0**power for power in range(first, last) for factor in (1, 2, 5)]
        low = max(step for step in steps if step <= min(positive))
        high = min(step for step in [*steps, 10.0**last] if step >= max(positive) and step > low)
        self._low, self._high = math.log10(low), math.log10(high)
        inside = [step for step in [*steps, 10.0**last] if low <= step <= high]
        decades = [step for step in inside if round(math.log10(step), 6).is_integer()]
        self._ticks = decades if len(decades) > 3 else inside

    def ticks(self) -> list[float]:
        return self._ticks

    def place(self, value: float) -> float:
        return max(0.0, (math.log10(max(value, 1e-12)) - self._low) / (self._high - self._low))


def svg_of(chart: Chart) -> str:
    points = [point for line in chart.series.values() for point in line]
    across = chart.across.scale([x for x, _ in points])
    up = chart.up.scale([y for _, y in points] + list(chart.levels.values()))

    def x_of(value: float) -> float:
        return LEFT + across.place(value) * (WIDTH - LEFT - RIGHT)

    def y_of(value: float) -> float:
        return HEIGHT - BOTTOM - up.place(value) * (HEIGHT - TOP - BOTTOM)

    out = [f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" font-family="sans-serif" '
           f'font-size="12"><rect width="{WIDTH}" height="{HEIGHT}" fill="#fff"/>',
           _text(LEFT, 24, chart.title, "start", ' font-size="15" font-weight="bold"')]
    for tick in across.ticks():
        out.append(_line(x_of(tick), TOP, x_of(tick), HEIGHT - BOTTOM, "#e4e4e4"))
        out.append(_text(x_of(tick), HEIGHT - BOTTOM + 18, short(tick), "middle"))
    for tick in up.ticks():
        out.append(_line(LEFT, y_of(tick), WIDTH - RIGHT, y_of(tick), "#e4e4e4"))
        out.append(_text(LEFT - 8, y_of(tick) + 4, short(tick), "end"))
    out.append(_line(LEFT, HEIGHT - BOTTOM, WIDTH - RIGHT, HEIGHT - BOTTOM, "#444"))
    out.append(_line(LEFT, TOP, LEFT, HEIGHT - BOTTOM, "#444"))
    out.append(_text((LEFT + WIDTH - RIGHT) / 2, HEIGHT - 16, chart.across.label, "middle"))
    middle = (TOP + HEIGHT - BOTTOM) / 2
    out.append(_text(20, middle, chart.up.label, "middle", f' transform="rotate(-90 20 {middle})"'))
    for name, level in chart.levels.items():
        out.append(_line(LEFT, y_of(level), WIDTH - RIGHT, y_of(level), "#888", ' stroke-dasharray="5 4"'))
        out.append(_text(LEFT + 6, y_of(level) - 5, name, "start", ' fill="#666"'))
    for number, (name, line) in enumerate(chart.series.items()):
        out.extend(_series(name, [(x_of(x), y_of(y)) for x, y in line], number))
    return "\n".join([*out, "</svg>"]) + "\n"


def _series(name: str, places: list[tuple[float, float]], number: int) -> list[str]:
    colour = COLOURS[number % len(COLOURS)]
    path = " ".join(f"{x:.1f},{y:.1f}" for x, y in places)
    out = [f'<polyline points="{path}" fill="none" stroke="{colour}" stroke-width="2"/>']
    out += [f'<circle cx="{x:.1f}" cy="{y:.1f}" r="3" fill="{colour}"/>' for x, y in places]
    y = TOP + 10 + 18 * number
    out.append(_line(WIDTH - RIGHT + 10, y, WIDTH - RIGHT + 30, y, colour, ' stroke-width="2"'))
    out.append(_text(WIDTH - RIGHT + 36, y + 4, name, "start"))
    return out


def short(value: float) -> str:
    """1200000 as 1.2M, 16 as 16."""
    for limit, unit in ((1e6, "M"), (1e3, "k")):
        if value >= limit:
            return f"{value / limit:.3g}{unit}"
    return f"{value:.3g}"


def _text(x: float, y: float, text: str, anchor: str, more: str = "") -> str:
    return f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}"{more}>{escape(text)}</text>'


def _line(x1: float, y1: float, x2: float, y2: float, colour: str, more: str = "") -> str:
    return f'<line x1="{x1:.1f}" y1="{y1:.1f}" x2="{x2:.1f}" y2="{y2:.1f}" stroke="{colour}"{more}/>'
