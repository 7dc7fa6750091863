"""Build normalize/data/annotation_list.txt: what the annotating tool's list is known to hold, in the best order known.

The list was recovered from 85 damaged pages (which characters carry pinyin, which pinyin, and which of two that
overlap was put in first); it is a table of facts about a tool, not a text.

    python tools/build_annotation_list.py ../shared/cases/annotations/list_order.json
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

TARGET = Path(__file__).parent.parent / "normalize" / "data" / "annotation_list.txt"

HEADER = "# The list that a byte-level annotating tool worked through, in the best order known: character, tab, pinyin."


def main(source: Path) -> None:
    """Write the list."""
    entries: list[tuple[str, str]] = json.loads(source.read_text("utf-8"))
    lines = [HEADER]
    lines += [f"{character}\t{pinyin}" for character, pinyin in entries]
    TARGET.write_text("\n".join(lines) + "\n", "utf-8")
    print(f"{TARGET}: {len(entries)} characters")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
