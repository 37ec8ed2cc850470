"""Corrections: what people say of findings, kept as rows of their own and laid over what the rules say."""
