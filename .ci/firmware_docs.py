"""What is written about the firmware, out of the firmware: stubs for editors, and its reference.

python .ci/firmware_docs.py            # after a change of firmware/lab, firmware/sensors or their texts
python .ci/firmware_docs.py --check    # only say whether something is missing or stale (exit code 1)

firmware/stubs/*.pyi       names, parameters, types and docstrings of every module a program can import
firmware/REFERENCE.md, firmware/REFERENCE.zh.md      lab and the sensors, from docstrings and sensors.yaml
"""

from __future__ import annotations

import sys
from pathlib import Path

from firmware_docstrings import Translations, english, markdown
from firmware_reference import TEXTS, Tongue, reference
from firmware_source import FIRMWARE, ROOT, modules
from firmware_stubs import stub

STUBS = FIRMWARE / "stubs"


def everything() -> tuple[dict[Path, str], list[str]]:
    """Every file and its text, and what is wrong."""
    known = modules()
    files = {STUBS / f"{name}.pyi": stub(module) for name, module in known.items()}
    translations = Translations()

    def in_english(_key: str, docstring: str) -> str:
        return markdown(english(docstring))

    tongues = {
        "REFERENCE.md": Tongue("en", {key: text[0] for key, text in TEXTS.items()}, in_english),
        "REFERENCE.zh.md": Tongue("zh", {key: text[1] for key, text in TEXTS.items()}, translations.explain),
    }
    for name, tongue in tongues.items():
        files[FIRMWARE / name] = reference(tongue, known)
    return files, [*translations.problems, *translations.unused()]


def main(check: bool) -> int:
    files, problems = everything()
    for old in STUBS.glob("*.pyi"):
        if old not in files:
            problems.append(f"{old.relative_to(ROOT)} belongs to no module any more")
    for path, text in files.items():
        if not check:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8", newline="\n")
        elif not path.exists() or path.read_text(encoding="utf-8") != text:
            problems.append(f"{path.relative_to(ROOT)} is stale: run python .ci/firmware_docs.py")
    print("\n".join(problems) or "stubs and reference complete")
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main("--check" in sys.argv))
