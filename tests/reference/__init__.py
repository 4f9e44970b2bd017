"""A second, plain-Python reference of the rights decision, written from the rules and from nothing else.

It is slow and clear: one function for one sentence of the rules, in their order. The production engine is SQL; on
random worlds both must say the same (tests/spec/test_rights_agreement.py). `take` marks each sentence that could be
read wrongly, so that a test can flip one reading at a time and see a case fail.
"""

from tests.reference.decision import Decision, Stop, decide
from tests.reference.seals import seal

__all__ = ["Decision", "Stop", "decide", "seal"]
