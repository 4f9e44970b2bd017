"""The nightly report's tables (great-tables) and drawings (Altair, as SVG): one document, and nothing is fetched."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from html import escape
from typing import Any

import numpy as np
import polars as pl

INK, SOFT, NOW, THEN, ON, HELD = "#22262b", "#6b7280", "#9b2c2c", "#c9c3b4", "#3f6f5c", "#d9a441"
STYLE = f"""
body{{font:15px/1.5 Georgia,'Times New Roman',serif;color:{INK};background:#faf8f3;margin:0 auto;padding:2rem;
max-width:72rem}}
h1{{font-size:2rem;margin:0 0 .3rem}}h2{{font-size:1.15rem;border-bottom:1px solid #e3e0d8;padding-bottom:.3rem;
margin-top:2.2rem}}
.lead{{font-size:1.1rem;color:{SOFT}}}small{{color:{SOFT}}}a{{color:inherit}}
code{{font:12px/1.4 ui-monospace,Menlo,monospace;overflow-wrap:anywhere}}
.critical{{color:{NOW};font-weight:bold}}.warning{{color:{HELD}}}.info{{color:{SOFT}}}
.grid{{display:grid;grid-template-columns:repeat(auto-fit,minmax(20rem,1fr));gap:1.2rem}}
figure{{margin:0}}figcaption{{color:{SOFT};font-size:.85rem}}svg{{display:block;max-width:100%;height:auto}}
.gt_table td{{vertical-align:top}}
"""
WIDE, HIGH, BARS, ROW = 420, 130, 24, 22
LOOK = {
    "font": "Georgia, serif",
    "axis": {"labelColor": SOFT, "titleColor": SOFT, "domain": False, "ticks": False, "grid": False, "labelLimit": 240},
    "legend": {"labelColor": SOFT, "title": None, "orient": "top"},
    "view": {"stroke": None},
}
TABLE = {
    "table_width": "100%",
    "table_background_color": "transparent",
    "table_font_names": ["Georgia", "Times New Roman", "serif"],
    "table_font_size": "15px",
    "table_border_top_style": "none",
    "table_border_bottom_style": "none",
    "column_labels_border_top_style": "none",
    "column_labels_border_bottom_width": "1px",
    "column_labels_font_size": "13px",
    "table_body_border_bottom_style": "none",
    "table_body_hlines_color": "#e3e0d8",
    "data_row_padding": "5px",
}


@dataclass(frozen=True)
class Bar:
    """One part of a bar: whose bar it is, what is counted, how much."""

    of: str
    what: str
    value: int


def document(title: str, body: str) -> str:
    """A page that stands alone."""
    return (
        '<!doctype html><html lang=en><meta charset=utf-8><meta name=viewport content="width=device-width">'
        f"<title>{escape(title)}</title><style>{STYLE}</style><body>{body}</body></html>\n"
    )


def table(name: str, head: Sequence[str], lines: Sequence[Sequence[str]], numbers: Sequence[int] = ()) -> str:
    """A table of ready HTML cells; `numbers` are set to the right. `name` is its id on the page."""
    from great_tables import GT  # noqa: PLC0415  (half a second)

    columns = [f"c{place}" for place in range(len(head))]
    frame = pl.DataFrame(list(lines), schema=dict.fromkeys(columns, pl.String), orient="row")
    made = GT(frame, id=name).fmt_passthrough(escape=False).cols_label(dict(zip(columns, head, strict=True)))
    made = made.cols_align("left").tab_options(**TABLE)
    if numbers:
        made = made.cols_align("right", columns=[columns[n] for n in numbers])
    return str(made.as_raw_html())


def bars(found: Sequence[Bar], colours: Mapping[str, str], label: str) -> str:
    """One bar for each `of`, in the order given, of parts in the order of `colours`; each part says its number."""
    import altair as alt  # noqa: PLC0415  (half a second)

    data = alt.Data(values=[{"of": b.of, "what": b.what, "value": b.value} for b in found if b.value])
    names = list(dict.fromkeys(b.of for b in found))
    legend = alt.Legend() if len(colours) > 1 else None
    chart = alt.Chart(data).encode(
        y=alt.Y("of:N", sort=names, title=None, scale=alt.Scale(domain=names)),
        x=alt.X("value:Q", stack="zero", title=label, axis=alt.Axis(format=",d", tickMinStep=1, tickCount=8)),
        order=alt.Order("part:Q"),
    )
    scale = alt.Scale(domain=list(colours), range=list(colours.values()))
    drawn = chart.mark_bar(height=12).encode(color=alt.Color("what:N", scale=scale, legend=legend))
    place = " : ".join(f"datum.what == '{what}' ? {n}" for n, what in enumerate(colours))
    placed = drawn.transform_calculate(part=f"{place} : {len(colours)}")
    return _svg(placed.properties(width=2 * WIDE, height=max(1, len(names)) * ROW))


def histogram(label: str, now: pl.Series, then: pl.Series) -> str:
    """Two distributions over one axis, each as shares of its own rows; the outer hundredths are drawn at the edge."""
    import altair as alt  # noqa: PLC0415

    both = np.concatenate([now.drop_nulls().to_numpy(), then.drop_nulls().to_numpy()]).astype(np.float64)
    if not len(both):
        return f"<figure><figcaption>{escape(label)}: not measured</figcaption></figure>"
    low, high = float(np.quantile(both, 0.01)), float(np.quantile(both, 0.99))
    edges = np.linspace(low, high if high > low else low + 1, BARS + 1)
    step = float(edges[1] - edges[0])
    layers = []
    for series, colour, inset in ((then, THEN, 0.05), (now, NOW, 0.25)):
        values = [
            {"from": float(edge) + inset * step, "to": float(edge) + (1 - inset) * step, "share": float(share)}
            for edge, share in zip(edges, _shares(series, edges), strict=False)
        ]
        layers.append(
            alt.Chart(alt.Data(values=values))
            .mark_rect(color=colour)
            .encode(
                x=alt.X("from:Q", title=None, axis=alt.Axis(tickCount=5)), x2="to:Q",
                y=alt.Y("share:Q", title=None, axis=None), y2=alt.datum(0),
            )
        )  # fmt: skip
    told = now.drop_nulls().to_numpy()
    middle = f"median {_figure(float(np.median(told)))}" if len(told) else "none tonight"
    drawn = _svg(alt.layer(*layers).properties(width=WIDE, height=HIGH))
    return f"<figure>{drawn}<figcaption>{escape(label)} · {middle}</figcaption></figure>"


def _figure(value: float) -> str:
    return f"{value:,.0f}" if abs(value) >= 100 else f"{value:.3g}"


def _shares(
    series: pl.Series, edges: np.ndarray[tuple[int], np.dtype[np.float64]]
) -> np.ndarray[tuple[int], np.dtype[np.float64]]:
    values = np.clip(series.drop_nulls().to_numpy().astype(np.float64), edges[0], edges[-1])
    counts: np.ndarray[tuple[int], np.dtype[np.float64]] = np.histogram(values, edges)[0].astype(np.float64)
    return counts / max(len(values), 1)


def _svg(chart: Any) -> str:
    """Draw a chart; inside a page of HTML an SVG needs no namespaces."""
    import vl_convert  # noqa: PLC0415  (a renderer: 1 s to start)

    drawn = str(vl_convert.vegalite_to_svg(chart.to_dict() | {"background": None, "config": LOOK}))
    return re.sub(r'\sxmlns(:\w+)?="[^"]*"', "", drawn)
