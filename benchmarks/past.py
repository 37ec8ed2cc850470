"""What building a past costs: ``python -m benchmarks.past FILE... [--days-back 21]``.

On files that ``benchmarks.generate`` made. Prints, a line a file: articles, size of the database and of its
past in MB, CPU seconds to build it and to ask for it again.
"""

from __future__ import annotations

import argparse
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

from benchmarks.generate import LAST
from db import past
from db.store import open_store


def cost(path: Path, at: datetime, now: datetime) -> tuple[Path, float]:
    """The past of the database at *path*, and the CPU seconds that asking for it took."""
    began = time.process_time()
    found = past.past(path, at, now)
    return found, time.process_time() - began


def main() -> None:
    """Measure the files that the command line names."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("files", type=Path, nargs="+")
    parser.add_argument("--days-back", type=int, default=21)
    chosen = parser.parse_args()
    now = datetime.combine(LAST, datetime.max.time(), UTC)
    for path in chosen.files:
        past.forget(path)
        built, seconds = cost(path, now - timedelta(days=chosen.days_back), now)
        again = cost(path, now - timedelta(days=chosen.days_back), now)[1]
        with open_store(built, read_only=True) as store:
            articles = store.db["articles"].count
        sizes = f"{path.stat().st_size / 1e6:,.0f} MB, past {built.stat().st_size / 1e6:,.0f} MB"
        print(
            f"{path.stem}: {articles:,} articles, {sizes}, built in {seconds:.1f} s, again in {again:.3f} s"
        )


if __name__ == "__main__":
    main()
