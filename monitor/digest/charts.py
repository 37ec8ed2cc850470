"""Sparklines as crisp PNGs on a transparent ground, in colours that read on light and on dark."""

from __future__ import annotations

import io
from collections.abc import Sequence

COLOURS = {"rising": "#1a9850", "fading": "#d9541e"}
PLAIN = "#7a8798"
WIDTH, HEIGHT, DOTS_PER_INCH = 1.5, 0.3, 240


def sparkline(counts: Sequence[float], word: str) -> bytes:
    """A PNG of *counts*, oldest first, the last one marked; coloured by the trend's *word*."""
    from matplotlib.figure import Figure

    figure = Figure(figsize=(WIDTH, HEIGHT), dpi=DOTS_PER_INCH)
    axes = figure.add_axes((0.02, 0.08, 0.94, 0.84))
    axes.set_axis_off()
    colour = COLOURS.get(word, PLAIN)
    places = range(len(counts))
    axes.fill_between(places, counts, color=colour, alpha=0.18, linewidth=0)
    axes.plot(places, counts, color=colour, linewidth=1.4, solid_capstyle="round")
    if counts:
        axes.plot([len(counts) - 1], [counts[-1]], "o", color=colour, markersize=3)
    axes.set_ylim(0, max([*counts, 1]) * 1.15)
    axes.set_xlim(-0.3, max(len(counts) - 1, 1) + 0.3)
    out = io.BytesIO()
    figure.savefig(out, format="png", transparent=True, metadata={"Software": None})
    return out.getvalue()
