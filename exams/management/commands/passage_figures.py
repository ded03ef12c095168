"""The figures of a folder of text files, as the passage editor shows them; without a database."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from exams.typing import passages

COLUMNS = ("tokens", "han %", "punct %", "latin %", "rare %", "longest", "file")


class Command(BaseCommand):
    """One line a file, its title first where it begins with "# ". Exit status 1 when one could not be published."""

    help = "Prints the figures of every .txt file in a folder, and what speaks against publishing it."
    requires_system_checks = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("folder", type=Path)

    def handle(self, *_args: Any, folder: Path, **_options: Any) -> None:
        files = sorted(folder.rglob("*.txt"))
        if not files:
            raise CommandError(f"There is no .txt file in {folder}.")
        self.stdout.write("".join(f"{name:>9}" for name in COLUMNS[:-1]) + f"  {COLUMNS[-1]}")
        seen: dict[str, Path] = {}
        faulty = 0
        for file in files:
            try:
                lines = file.read_text(encoding="utf-8-sig").split("\n", 1)
            except UnicodeDecodeError:
                faulty += 1
                self.stdout.write(f"{'':>54}  {file}: not UTF-8")
                continue
            text = (lines[1] if lines[0].startswith("# ") and len(lines) > 1 else "\n".join(lines)).strip()
            found = passages.figures(text)
            shares = (found.han, found.punctuation, found.latin, found.uncommon_share)
            figures = [str(found.tokens), *(f"{share / 10:.1f}" for share in shares), str(found.longest_sentence)]
            wrong = [_words(code, found) for code in passages.problems(found)]
            wrong += [f"same sentence as {seen[one].name}: {one}" for one in passages.sentences(text) if one in seen]
            seen |= dict.fromkeys(passages.sentences(text), file)
            faulty += bool(wrong)
            self.stdout.write("".join(f"{figure:>9}" for figure in figures) + f"  {'; '.join([str(file), *wrong])}")
        self.stdout.write(f"{len(files)} files, {faulty} that cannot be published.")
        if faulty:
            raise CommandError("Not every file can be published.")


def _words(code: str, found: passages.Figures) -> str:
    more = {"uncommon": found.uncommon, "repeated": found.repeated, "slot": found.unknown_slots}.get(code, ())
    return f"{code} {' '.join(more)}".strip()
