"""The public shapes of what others write for us: submission/v1, order/v1, feed/v1."""
