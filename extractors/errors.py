"""The one family of errors that newsgauge itself raises; the command line prints them as a line."""

from __future__ import annotations


class NewsgaugeError(Exception):
    """Something the user can mend; its message says what is wrong and what to do next."""


class RuleError(NewsgaugeError):
    """A rule file or a user's rule that cannot be used; the message names the file and the line or key."""


class ModelError(NewsgaugeError):
    """A spaCy model that cannot be loaded; the message says how to install it."""


class RatesError(NewsgaugeError):
    """A file of exchange rates that cannot be used; the message says which one to give."""
