"""The error tree: every error names the thing, the rule it broke, and the remedy.

PromptbookError            exit 1   something of ours went wrong and says what
├── InputError             exit 2   a file, a row or a parameter of the user's cannot be used
│   ├── FeedError                   a feed's YAML cannot be read or applied
│   └── OrderError                  an order cannot be read; it fails alone
├── GateClosed             exit 3   a gate stops publication; the last published versions stay
├── TableError             exit 4   a frame does not keep its table's contract
├── LakeError              exit 5   the lake refuses: a record would change, a file is not what its manifest says
├── ReceiptError           exit 6   came is not went_on + held_back
├── SettingsError          exit 7   the environment lacks something, e.g. the pseudonym key
└── RedNight               exit 8   some part of the night failed; the other parts are done
"""

from __future__ import annotations

from typing import ClassVar


class PromptbookError(Exception):
    """Tell a person what is wrong, by which rule, and what would put it right."""

    exit_code: ClassVar[int] = 1

    def __init__(self, thing: str, rule: str, remedy: str) -> None:
        super().__init__(thing, rule, remedy)
        self.thing, self.rule, self.remedy = thing, rule, remedy

    def __str__(self) -> str:
        return f"{self.thing}: {self.rule}. {self.remedy}"


class InputError(PromptbookError):
    """A file, a row or a parameter of the user's cannot be used."""

    exit_code = 2


class FeedError(InputError):
    """A feed's YAML cannot be read, or cannot be applied to a file."""


class OrderError(InputError):
    """An order cannot be read; it fails alone and the other orders go on."""


class GateClosed(PromptbookError):  # noqa: N818  (a closed gate is a state of the night, not a fault of the code)
    """A gate stops publication: nothing is published, the last published versions stay."""

    exit_code = 3


class TableError(PromptbookError):
    """A frame does not keep its table's contract."""

    exit_code = 4


class LakeError(PromptbookError):
    """The lake refuses: a record would change, or a file is not what its manifest says."""

    exit_code = 5


class ReceiptError(PromptbookError):
    """Some row is unaccounted for: came is not went_on + held_back."""

    exit_code = 6


class SettingsError(PromptbookError):
    """The environment lacks something that the build cannot do without."""

    exit_code = 7


class RedNight(PromptbookError):  # noqa: N818  (it is the night that is red)
    """Some part of the night failed; the other parts are done and stay."""

    exit_code = 8
