"""Imports point down only: monitor -> db -> extractors."""

import ast
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
FORBIDDEN = {"extractors": {"db", "monitor"}, "db": {"monitor"}}


@pytest.mark.parametrize("package", FORBIDDEN)
def test_imports_point_down_only(package: str) -> None:
    upward = [
        f"{path.relative_to(ROOT)} imports {name}"
        for path in (ROOT / package).rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        for name in imported(node)
        if name.split(".")[0] in FORBIDDEN[package]
    ]
    assert upward == []


def imported(node: ast.AST) -> list[str]:
    if isinstance(node, ast.Import):
        return [alias.name for alias in node.names]
    return [node.module] if isinstance(node, ast.ImportFrom) and node.module else []


def test_the_check_sees_an_upward_import() -> None:
    tree = ast.parse("from monitor.config import Config\nimport db.store")
    assert [name for node in ast.walk(tree) for name in imported(node)] == ["monitor.config", "db.store"]
