"""Companies: the right one under every name it goes by.

Known names come from ``rules/companies.jsonl`` and the user's own; unknown ones from the NER and the words
around them; short forms and acronyms are joined inside a text. Joining across texts is by exact key alone.
"""

from __future__ import annotations

from extractors.companies.known import KnownCompanies, NameMatch
from extractors.companies.names import Suggestion, key, similarity, suggestions
from extractors.companies.ownership import Ownership, parent, roll_up
from extractors.companies.reader import annotate, read
from extractors.companies.rows import KnownCompany

__all__ = [
    "KnownCompanies",
    "KnownCompany",
    "NameMatch",
    "Ownership",
    "Suggestion",
    "annotate",
    "key",
    "parent",
    "read",
    "roll_up",
    "similarity",
    "suggestions",
]
