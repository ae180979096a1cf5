"""Bring the catalogues in host/makerlab/locale up to date with the source: extract, merge, compile.

python .ci/catalogues.py            # then translate what stands empty in zh .po and run it again
python .ci/catalogues.py --check    # only say whether something is missing or stale (exit code 1)
"""

from __future__ import annotations

import datetime
import io
import sys
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.extract import extract_from_dir
from babel.messages.mofile import read_mo, write_mo
from babel.messages.pofile import read_po, write_po

ROOT = Path(__file__).resolve().parent.parent
LOCALE = ROOT / "host" / "makerlab" / "locale"
KEYWORDS = {"_": None, "N_": None, "ngettext": (1, 2)}


def template() -> Catalog:
    """All texts of the source."""
    catalog = Catalog()
    source = ROOT / "host" / "makerlab"
    kinds = [("**.py", "python"), ("**/templates/**.html", "jinja2")]
    for _file, _line, message, _comments, _context in extract_from_dir(source, kinds, None, KEYWORDS):
        if message:
            catalog.add(message)
    return catalog


def updated(language: str, texts: Catalog) -> Catalog:
    """The catalogue of `language` with exactly the texts there are now."""
    path = LOCALE / language / "LC_MESSAGES" / "makerlab.po"
    old = read_po(path.open("rb"), locale=language) if path.exists() else Catalog(locale=language)
    new = Catalog(locale=language, project="makerlab", version="1", charset="utf-8")
    for message in texts:
        if not message.id:
            continue
        known = old.get(message.id)
        plural = isinstance(message.id, tuple)
        if language == "en":
            string = message.id
        elif known is not None and known.string and not known.fuzzy:
            string = known.string
        else:
            string = ("",) * new.num_plurals if plural else ""
        new.add(message.id, string, flags=[flag for flag in message.flags if flag != "fuzzy"])
    new.fuzzy = False
    return new


def untranslated(catalog: Catalog) -> list[str]:
    """The texts that have no translation yet."""
    missing = []
    for message in catalog:
        strings = message.string if isinstance(message.string, tuple) else (message.string,)
        if message.id and not all(strings):
            missing.append(str(message.id))
    return missing


def rendered(catalog: Catalog) -> tuple[bytes, bytes]:
    """The .po and the .mo of a catalogue; the same for the same texts, whatever the day."""
    long_ago = datetime.datetime(2026, 1, 1, tzinfo=datetime.timezone.utc)
    catalog.creation_date = catalog.revision_date = long_ago
    catalog.header_comment = f"# makerlab, {catalog.locale}. Kept by .ci/catalogues.py."
    po, mo = io.BytesIO(), io.BytesIO()
    write_po(po, catalog, sort_output=True, no_location=True, omit_header=False, width=100)
    write_mo(mo, catalog)
    return po.getvalue(), mo.getvalue()


def same(path: Path, catalog: Catalog) -> bool:
    """Whether a .po or .mo says what `catalog` says (its header may come from another Babel)."""
    if not path.exists():
        return False
    with path.open("rb") as file:
        there = read_po(file, locale=catalog.locale) if path.suffix == ".po" else read_mo(file)
    return texts_of(there) == texts_of(catalog)


def texts_of(catalog: Catalog) -> dict[str, list[str]]:
    """What it translates: text (or texts) -> translations; read_mo gives lists where others give tuples."""
    return {
        str(list(message.id) if message.pluralizable else message.id): list(message.string)
        for message in catalog
        if message.id and message.string and any(message.string)
    }


def main(check: bool) -> int:
    texts = template()
    problems = []
    for language in ("zh", "en"):
        catalog = updated(language, texts)
        problems += [f"{language}: not translated: {text!r}" for text in untranslated(catalog)]
        for kind, data in zip(("po", "mo"), rendered(catalog), strict=True):
            path = LOCALE / language / "LC_MESSAGES" / f"makerlab.{kind}"
            if not check:
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_bytes(data)
            elif not same(path, catalog):
                problems.append(f"{path.relative_to(ROOT)} is stale: run python .ci/catalogues.py")
    print("\n".join(problems) or "catalogues complete")
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main("--check" in sys.argv))
