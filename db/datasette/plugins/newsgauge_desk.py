"""Datasette finds plugins in this folder; ours lives in a package of its own."""

from db.datasette.desk.hooks import (
    asgi_wrapper,
    canned_queries,
    extra_template_vars,
    get_metadata,
    menu_links,
    register_routes,
    render_cell,
)

__all__ = [
    "asgi_wrapper",
    "canned_queries",
    "extra_template_vars",
    "get_metadata",
    "menu_links",
    "register_routes",
    "render_cell",
]
