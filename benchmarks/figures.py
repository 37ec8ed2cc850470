"""How fast figures are read, beside Duckling (native) and quantulum3, in the same run on the same machine.

``python -m benchmarks.figures [--articles 60] [--rounds 3]``: articles of some 2,500 characters are made of
the English examples in ``tests/data/figures``. Each reader works through them in a process of its own, in
turn (A-B-C-A-B-C); the best round counts. Duckling reads amounts of money only, once whole articles and
once by paragraph, which is faster for it. The others get a virtual environment, made once. Prints
characters per CPU second and ratios.
"""

from __future__ import annotations

import argparse
import json
import random
import subprocess
import sys
from pathlib import Path

from benchmarks.environments import environment

EXAMPLES = Path(__file__).parent.parent / "tests" / "data" / "figures"
OTHERS = ("pyduckling-native-phihos==0.3.0", "quantulum3==0.10.0", "setuptools<81")
LENGTH = 2500
PLAIN = (
    "The board met on Tuesday and agreed to go on with the plan that the harbour's owners had put to it in "
    "the spring, when ferries were still tied up and nobody knew whether the season would begin at all. "
)

OURS = """
from extractors.figures import read
def work(text): read(text, kinds=("money", "percent"))
"""
DUCKLING = """
import duckling
zones = duckling.load_time_zones("/usr/share/zoneinfo")
context = duckling.Context(
    duckling.parse_ref_time(zones, "UTC", 1_700_000_000),
    duckling.parse_locale("EN", duckling.default_locale_lang(duckling.parse_lang("EN"))),
)
money = duckling.parse_dimensions(["amount-of-money"])
def work(text):
    for part in text.split(SEPARATOR):
        duckling.parse(part, context, money, False)
"""
WHOLE, PARAGRAPHS = 'SEPARATOR = "@@@"', 'SEPARATOR = "\\n"'
QUANTULUM = """
from quantulum3 import parser
def work(text): parser.parse(text)
"""
CLOCK = """
import json, sys, time
texts = json.load(sys.stdin)
work(texts[0])
start = time.process_time()
for text in texts:
    work(text)
print(sum(map(len, texts)) / (time.process_time() - start))
"""


def articles(count: int) -> list[str]:
    """*count* texts of example sentences, a third of them with figures, in paragraphs."""
    sentences = [
        json.loads(line)["text"].replace("\n", " ")
        for path in sorted(EXAMPLES.glob("*.jsonl"))
        if path.stem != "chinese"
        for line in path.read_text(encoding="utf-8").splitlines()
    ]
    dice = random.Random(5)
    return [_article(dice, sentences) for _ in range(count)]


def _article(dice: random.Random, sentences: list[str]) -> str:
    paragraphs: list[str] = []
    while sum(map(len, paragraphs)) < LENGTH:
        paragraphs.append(PLAIN + " ".join(dice.sample(sentences, 2)))
    return "\n".join(paragraphs)


def speed(python: Path | str, reader: str, texts: list[str]) -> float:
    """Characters per CPU second of *reader* over *texts*."""
    command = [str(python), "-c", reader + CLOCK]
    done = subprocess.run(command, input=json.dumps(texts), capture_output=True, text=True, check=True)
    return float(done.stdout.split()[-1])


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--articles", type=int, default=60)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    texts, others = articles(options.articles), environment("figures", OTHERS)
    readers = {
        "newsgauge": (sys.executable, OURS),
        "Duckling": (others, WHOLE + DUCKLING),
        "  by paragraph": (others, PARAGRAPHS + DUCKLING),
        "quantulum3": (others, QUANTULUM),
    }
    best = dict.fromkeys(readers, 0.0)
    for _ in range(options.rounds):
        for name, (python, reader) in readers.items():
            best[name] = max(best[name], speed(python, reader, texts))
    if options.json:
        told = {name.strip(): round(rate) for name, rate in best.items()}
        ratios = {
            name: round(told["newsgauge"] / rate, 1) for name, rate in told.items() if name != "newsgauge"
        }
        print(json.dumps({"characters_a_cpu_second": told, "ratios": ratios}))
        return
    for name, rate in best.items():
        print(f"{name:16}{rate:14,.0f} characters per CPU second   {best['newsgauge'] / rate:6.1f}x")


if __name__ == "__main__":
    main()
