"""The catalogues: simplified Chinese is written by people, traditional Chinese is converted from it."""

import re
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from django.apps import apps
from django.conf import settings
from django.core.management import BaseCommand, CommandError, CommandParser, call_command

HOME = Path(settings.BASE_DIR) / "locale"
OURS, OTHERS = HOME / "zh_Hans", HOME / "third_party" / "zh_Hans"
IGNORED = [".venv/*", "var/*", "tests/*", "locale/*", "static/*", "docs/*"]
# OpenCC localises vocabulary for Taiwan and errs on a few words of ours.
CORRECTIONS = {
    "許可權": "權限",
    "賬號": "帳號",
    "程式碼": "代碼",
    "釋出": "發布",
    "物件": "對象",
    "專案": "項目",
    "型別": "類型",
    "臺": "台",
}


class Command(BaseCommand):
    """`bin/messages`, and `bin/messages --check` in bin/check."""

    help = "Collects strings into locale/zh_Hans, converts locale/zh_Hant from it, compiles both."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--check", action="store_true", help="change nothing, fail on what is missing")

    def handle(self, *args: object, check: bool = False, **options: object) -> None:
        with tempfile.TemporaryDirectory() as folder:
            before = Path(folder) / "locale"
            shutil.copytree(HOME, before)
            try:
                faults = self._refresh()
                if check:
                    faults += self._differences(before)
            finally:
                if check:
                    shutil.rmtree(HOME)
                    shutil.copytree(before, HOME)
        if not check:
            for path in HOME.rglob("*.po"):
                subprocess.run(["msgfmt", "--check-format", "-o", path.with_suffix(".mo"), path], check=True)
        if faults:
            raise CommandError("\n".join([*faults[:60], f"{len(faults)} faults in the catalogues."]))

    def _refresh(self) -> list[str]:
        """Brings the catalogues up to date; returns what is not translated."""
        import polib

        call_command(
            "makemessages",
            locale=["zh_Hans"],
            ignore_patterns=IGNORED,
            no_location=True,
            no_obsolete=True,
            extensions=["html", "txt", "py"],
            verbosity=0,
        )
        faults = []
        for path in sorted([*OURS.rglob("*.po"), *OTHERS.rglob("*.po")]):
            catalogue = polib.pofile(str(path), wrapwidth=110)
            name = path.relative_to(HOME)
            faults += [f"{name}: no translation of {entry.msgid!r}" for entry in catalogue.untranslated_entries()]
            faults += [f"{name}: fuzzy translation of {entry.msgid!r}" for entry in catalogue.fuzzy_entries()]
            catalogue.header = ""
            catalogue.metadata = {
                "Project-Id-Version": "academy",
                "Language": "zh_Hans",
                "MIME-Version": "1.0",
                "Content-Type": "text/plain; charset=UTF-8",
                "Content-Transfer-Encoding": "8bit",
                "Plural-Forms": "nplurals=1; plural=0;",
            }
            catalogue.sort(key=lambda entry: (entry.msgid, entry.msgctxt or ""))
            catalogue.save(str(path))
            self._convert(path, Path(str(path).replace("zh_Hans", "zh_Hant")))
        return faults

    def _lacking(self, domain: str) -> Iterator[Any]:
        """Entries that installed packages have in simplified Chinese and not in traditional."""
        import polib

        for config in apps.get_app_configs():
            home = Path(config.path) / "locale"
            simplified, traditional = (home / f"{code}/LC_MESSAGES/{domain}.po" for code in ("zh_Hans", "zh_Hant"))
            if home.parent.parent != Path(settings.BASE_DIR) and simplified.exists():
                held = polib.pofile(str(traditional)) if traditional.exists() else []
                known = {(entry.msgid, entry.msgctxt) for entry in held if entry.translated()}
                for entry in polib.pofile(str(simplified)):
                    if entry.translated() and (entry.msgid, entry.msgctxt) not in known:
                        yield entry

    def _convert(self, source: Path, target: Path) -> None:
        """Writes the traditional catalogue; placeholders pass through untouched."""
        import opencc
        import polib

        converter = opencc.OpenCC("s2twp")

        def traditional(text: str) -> str:
            pieces = re.split(r"(%\(\w+\)[sd]|\{\w+\}|<[^>]+>)", text)
            text = "".join(piece if index % 2 else converter.convert(piece) for index, piece in enumerate(pieces))
            for wrong, right in CORRECTIONS.items():
                text = text.replace(wrong, right)
            return text

        catalogue = polib.pofile(str(source), wrapwidth=110)
        catalogue.metadata["Language"] = "zh_Hant"
        if OTHERS in source.parents:
            known = {(entry.msgid, entry.msgctxt) for entry in catalogue}
            for entry in self._lacking(source.stem):
                if (entry.msgid, entry.msgctxt) not in known:
                    known.add((entry.msgid, entry.msgctxt))
                    entry.occurrences, entry.comment, entry.tcomment = [], "", ""
                    catalogue.append(entry)
            catalogue.sort(key=lambda entry: (entry.msgid, entry.msgctxt or ""))
        for entry in catalogue:
            entry.msgstr = traditional(entry.msgstr)
            entry.msgstr_plural = {index: traditional(text) for index, text in entry.msgstr_plural.items()}
        target.parent.mkdir(parents=True, exist_ok=True)
        catalogue.save(str(target))

    def _differences(self, before: Path) -> list[str]:
        """Catalogues that `bin/messages` has just written anew."""
        return [
            f"{path.relative_to(HOME)}: out of date, run bin/messages"
            for path in HOME.rglob("*.po")
            if not (old := before / path.relative_to(HOME)).exists() or old.read_bytes() != path.read_bytes()
        ]
