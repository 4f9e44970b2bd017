"""Which rows an order selects, asked by publish for what ships and by rights for what counts as a delivery."""

from __future__ import annotations

import polars as pl

from pipelines.schemas.order import Select

LOOKS_AT = ("feed", "language", "kind", "campaign", "session")
"""The columns of `submissions` that a selection reads, with the platform's record laid over them."""


def unselected_by(select: Select) -> pl.Expr:
    """Name what an order asks and a row is not, as a list; null is never in a list that an order names."""
    asked = {
        "feeds": _among("feed", select.feeds),
        "languages": _language(select.languages),
        "kinds": _among("kind", select.kinds),
        "campaigns": _among("campaign", select.campaigns),
        "sessions": _among("session", select.sessions),
    }
    lacking = [pl.when(~has.fill_null(value=False)).then(pl.lit(name)) for name, has in asked.items()]
    return pl.concat_list(lacking).list.drop_nulls()


def _among(column: str, values: list[str] | None) -> pl.Expr:
    return pl.lit(value=True) if values is None else pl.col(column).is_in(values)


def _language(tags: list[str] | None) -> pl.Expr:
    """A tag takes itself and its subtags (RFC 4647, basic filtering): `en` takes `en-GB`, not `eng`."""
    if tags is None:
        return pl.lit(value=True)
    language = pl.col("language").str.to_lowercase()
    return pl.any_horizontal([(language == t.lower()) | language.str.starts_with(f"{t.lower()}-") for t in tags])
