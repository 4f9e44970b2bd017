"""HTML and SVG of the nightly report: a document, tables, bars, histograms; nothing is fetched."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape

import numpy as np
import polars as pl

STYLE = """
:root{--ink:#22262b;--soft:#6b7280;--line:#e3e0d8;--paper:#faf8f3;--now:#9b2c2c;--then:#c9c3b4;--on:#3f6f5c;--held:#d9a441}
@media (prefers-color-scheme:dark){:root{--ink:#e8e4da;--soft:#9aa0a6;--line:#3a3d41;--paper:#17191c;--now:#e07a6a;
--then:#4d5157;--on:#6fae95;--held:#d9a441}}
body{font:15px/1.5 Georgia,'Times New Roman',serif;color:var(--ink);background:var(--paper);margin:0 auto;padding:2rem;
max-width:72rem}
h1{font-size:2rem;margin:0 0 .3rem}h2{font-size:1.15rem;border-bottom:1px solid var(--line);padding-bottom:.3rem;
margin-top:2.2rem}
.lead{font-size:1.1rem;color:var(--soft)}table{border-collapse:collapse;width:100%}
th{font-weight:normal;color:var(--soft);text-align:left;font-size:.85rem}td,th{padding:.35rem .6rem .35rem 0;
vertical-align:top;border-bottom:1px solid var(--line)}
.n{text-align:right;padding-right:1.2rem;font-variant-numeric:tabular-nums;white-space:nowrap}small{color:var(--soft)}
code{font:12px/1.4 ui-monospace,Menlo,monospace;overflow-wrap:anywhere}
a{color:inherit}.critical{color:var(--now);font-weight:bold}.warning{color:var(--held)}.info{color:var(--soft)}
.grid{display:grid;grid-template-columns:repeat(auto-fit,minmax(20rem,1fr));gap:1.2rem}
figure{margin:0}figcaption{color:var(--soft);font-size:.85rem}svg{display:block;width:100%}
svg text{font:11px Georgia,serif;fill:var(--soft)}
.key i{display:inline-block;width:.8em;height:.8em}.key .now{background:var(--now)}.key .then{background:var(--then)}
"""
WIDE, HIGH, BARS = 420, 130, 24


@dataclass(frozen=True)
class Bar:
    """One part of a bar: what it is, how much, and whether it was held back."""

    name: str
    value: int
    held: bool = False


def document(title: str, body: str) -> str:
    """A page that stands alone."""
    return (
        '<!doctype html><html lang=en><meta charset=utf-8><meta name=viewport content="width=device-width">'
        f"<title>{escape(title)}</title><style>{STYLE}</style><body>{body}</body></html>\n"
    )


def table(head: Sequence[str], lines: Sequence[Sequence[str]], numbers: Sequence[int] = ()) -> str:
    """A table of ready HTML cells; `numbers` are set to the right."""
    classes = ["n" if place in numbers else "" for place in range(len(head))]
    top = "".join(f"<th class='{c}'>{escape(name)}" for c, name in zip(classes, head, strict=True))
    rows = ("".join(f"<td class='{c}'>{cell}" for c, cell in zip(classes, line, strict=True)) for line in lines)
    return f"<table><tr>{top}" + "".join(f"<tr>{row}" for row in rows) + "</table>"


def stacked(bars: Sequence[Bar], widest: int) -> str:
    """One bar of several parts, as long as its sum is of the widest; each part says what it is under the pointer."""
    at, parts = 0.0, []
    for bar in bars:
        width = 240 * bar.value / max(widest, 1)
        colour = "var(--held)" if bar.held else "var(--on)"
        told = f"<title>{escape(bar.name)}: {bar.value:,}</title>"
        shown = max(width - 0.5, 0.5) if bar.value else 0
        parts.append(f"<rect x='{at:.1f}' y='2' width='{shown:.1f}' height='12' fill='{colour}'>{told}</rect>")
        at += width
    return f"<svg viewBox='0 0 240 16' style='width:15rem' role=img>{''.join(parts)}</svg>"


def histogram(label: str, now: pl.Series, then: pl.Series) -> str:
    """Two distributions over one axis, each as shares of its own rows; the outer hundredths are drawn at the edge."""
    both = np.concatenate([now.drop_nulls().to_numpy(), then.drop_nulls().to_numpy()]).astype(np.float64)
    if not len(both):
        return f"<figure><figcaption>{escape(label)}: not measured</figcaption></figure>"
    low, high = float(np.quantile(both, 0.01)), float(np.quantile(both, 0.99))
    high = high if high > low else low + 1
    edges = np.linspace(low, high, BARS + 1)
    shares = [_shares(series, edges) for series in (then, now)]
    top = max(float(s.max()) for s in shares) or 1.0
    drawn = "".join(
        _columns(share, top, colour, inset)
        for share, colour, inset in zip(shares, ("then", "now"), (0, 4), strict=True)
    )
    axis = f"<text x='0' y='{HIGH + 14}'>{_figure(low)}</text>"
    axis += f"<text x='{WIDE}' y='{HIGH + 14}' text-anchor=end>{_figure(high)}</text>"
    middle = (
        f"median {_figure(float(np.median(now.drop_nulls().to_numpy())))}" if len(now.drop_nulls()) else "none tonight"
    )
    caption = f"<figcaption>{escape(label)} · {middle}</figcaption>"
    return f"<figure><svg viewBox='0 0 {WIDE} {HIGH + 18}' role=img>{drawn}{axis}</svg>{caption}</figure>"


def _figure(value: float) -> str:
    return f"{value:,.0f}" if abs(value) >= 100 else f"{value:.3g}"


def _shares(
    series: pl.Series, edges: np.ndarray[tuple[int], np.dtype[np.float64]]
) -> np.ndarray[tuple[int], np.dtype[np.float64]]:
    values = np.clip(series.drop_nulls().to_numpy().astype(np.float64), edges[0], edges[-1])
    counts: np.ndarray[tuple[int], np.dtype[np.float64]] = np.histogram(values, edges)[0].astype(np.float64)
    return counts / max(len(values), 1)


def _columns(shares: np.ndarray[tuple[int], np.dtype[np.float64]], top: float, colour: str, inset: int) -> str:
    step = WIDE / BARS
    parts = []
    for place, share in enumerate(shares):
        height = HIGH * share / top
        box = f"x='{place * step + inset:.1f}' y='{HIGH - height:.1f}' width='{step - 1 - 2 * inset:.1f}'"
        parts.append(f"<rect {box} height='{height:.1f}' fill='var(--{colour})'><title>{share:.1%}</title></rect>")
    return "".join(parts)
