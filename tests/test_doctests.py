"""Every example in a docstring is true."""

from __future__ import annotations

import doctest
import importlib
import pkgutil

import db
import extractors
import monitor

MODULES = [
    name
    for package in (extractors, db, monitor)
    for _, name, _ in pkgutil.walk_packages(package.__path__, f"{package.__name__}.")
    if ".plugins" not in name
]


def test_every_example_in_a_docstring_is_true() -> None:
    told = {name: doctest.testmod(importlib.import_module(name)) for name in MODULES}
    assert {name: result for name, result in told.items() if result.failed} == {}
    assert sum(result.attempted for result in told.values()) > 60
