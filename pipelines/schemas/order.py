"""order/v1: a client's standing request, one YAML file `landing/orders/<order_id>.yaml`.

Codes (purpose, modalities, territories, onward) stay open strings: an order with an unknown one loads, and every row is
then denied REQUEST_UNKNOWN_VALUE. An order that cannot be read is an OrderError and fails alone (semantics 14).
"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import msgspec
import yaml

from pipelines.errors import OrderError

Name = Annotated[str, msgspec.Meta(pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]{0,79}$", description="a name of a folder")]
Days = Annotated[int, msgspec.Meta(ge=0)]
Some = Annotated[list[str], msgspec.Meta(min_length=1)]


class Select(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    """Which accepted submissions the client wants; an absent list asks for all, and null is never in a list."""

    feeds: Some | None = None
    languages: Some | None = None
    """BCP 47; `en` selects `en-GB` too (RFC 4647, basic filtering)."""
    kinds: Some | None = None
    campaigns: Some | None = None
    sessions: Some | None = None


class Order(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    """What a client may be given, and for which use; `order_id` is the request_id of the decision."""

    order_id: Name
    client_id: Name
    dataset: Name
    purpose: str
    modalities: Some
    territories: Some
    onward: str
    min_remaining_days: Days
    """How long a grant must still run: rows with less are denied TERM_TOO_SHORT."""
    media: list[str] = []
    categories: list[str] = []
    select: Select = Select()
    splits: dict[str, float] | None = None
    """Shares of the splits; absent, everything is `train`."""
    approval: str | None = None
    """Who must approve a version before CURRENT names it; nobody where absent."""
    title: str | None = None
    """What the dataset is called on its card."""

    @property
    def wants_takes(self) -> bool:
        """Whether recordings are delivered: any modality but text is carried by takes."""
        return any(m != "text" for m in self.modalities)

    @property
    def wants_text(self) -> bool:
        """Whether words may be delivered: a licence for the voice alone carries no text."""
        return "text" in self.modalities


def read_order(path: Path) -> Order:
    """Read one order; OrderError says what cannot be read, without quoting the file."""
    try:
        raw = yaml.safe_load(path.read_bytes())
        order = msgspec.convert(raw, Order)
    except FileNotFoundError as error:
        raise OrderError(f"order {path.stem}", "there is no such file", f"Write orders/{path.name}.") from error
    except yaml.YAMLError as error:
        raise OrderError(f"order {path.stem}", "it is not YAML", f"Mend orders/{path.name}.") from error
    except msgspec.ValidationError as error:
        raise OrderError(f"order {path.stem}", f"it is no order/v1: {error}", f"Mend orders/{path.name}.") from error
    if order.order_id != path.stem:
        rule = f"the file names order {order.order_id}, and an order's file is named by its order_id"
        raise OrderError(f"order {path.stem}", rule, f"Call it orders/{order.order_id}.yaml.")
    _check_honoured(order)
    return order


def _check_honoured(order: Order) -> None:
    """Refuse what cannot be honoured yet: such an order ships nothing, so nothing is decided or counted for it."""
    if order.splits is not None and set(order.splits) != {"train"}:
        rule = f"it asks the splits {sorted(order.splits)}, and only `train` is cut so far"
        raise OrderError(f"order {order.order_id}", rule, "Leave `splits` out.")
    if order.approval is not None:
        rule = "it asks an approval, and none can be recorded so far"
        raise OrderError(f"order {order.order_id}", rule, "Leave `approval` out, or keep the order back.")
