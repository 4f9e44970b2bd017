"""The public shapes of what others write for us: submission/v1, order/v1, feed/v1.

The JSON Schemas beside this file are generated from the types: `python -m pipelines.schemas` writes them again.
"""
