"""Exports: cited tables as workbooks and CSV, with what a reader needs to trust and cite them."""
