"""How well recorded bounces are understood: `python bench/bounces.py FOLDER` (a folder with flufl/ and sisimai/).

Prints, for each collection, how many mails are recognised, how many name the right recipient, and
how many have the right class (first digit of the status). With `-v` every miss is listed.
"""

from __future__ import annotations

import csv
import sys
import time
from collections import defaultdict
from pathlib import Path

from newsletter.bounces.classify import read_mail
from newsletter.bounces.incoming import InboundMail, MailKind

SAID = "misses of {}:"


def rows(path: Path) -> dict[str, list[dict[str, str]]]:
    found: dict[str, list[dict[str, str]]] = defaultdict(list)
    with path.open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE):
            found[row["file"]].append(row)
    return found


class Score:
    def __init__(self) -> None:
        self.right: dict[str, int] = defaultdict(int)
        self.all: dict[str, int] = defaultdict(int)
        self.misses: dict[str, list[str]] = defaultdict(list)

    def add(self, what: str, name: str, *, right: bool, note: object = "") -> None:
        self.all[what] += 1
        self.right[what] += right
        if not right:
            self.misses[what].append(f"{name}: {note}")

    def print(self, *, verbose: bool) -> None:
        for what, count in self.all.items():
            print(f"  {what:42} {self.right[what]:4} of {count:4}  {self.right[what] / count:.3f}")
        for what, misses in self.misses.items():
            if verbose:
                print(f"  misses, {what}:", *misses, sep="\n    ")


def named(mail: InboundMail, wanted: str) -> bool:
    return wanted.lower() in {each.lower() for each in mail.recipients}


def sisimai(folder: Path) -> Score:
    score = Score()
    for name, expected in rows(folder / "_expected_by_sisimai5.tsv").items():
        mail = read_mail((folder / name).read_bytes())
        first = expected[0]
        reason, status = first["reason"], first["deliverystatus"]
        if name.startswith("not__"):
            score.add(
                "no bounce: left alone",
                name,
                right=mail.kind not in {MailKind.BOUNCE, MailKind.COMPLAINT},
                note=mail.kind,
            )
            continue
        if reason == "feedback":
            right = mail.kind in {MailKind.COMPLAINT, MailKind.UNSUBSCRIBE}
            score.add("complaints recognised", name, right=right, note=mail.kind)
        elif reason and reason != "delivered":
            score.add(
                "bounces recognised", name, right=mail.kind is MailKind.BOUNCE, note=mail.kind
            )
            own = ".0.9" not in status  # Sisimai makes up 5.0.9xx where it found none
            for each in expected:
                score.add(
                    "right recipient",
                    name,
                    right=named(mail, each["recipient"]),
                    note=(each["recipient"], mail.recipients),
                )
            got = {status_of(mail, each["recipient"]) for each in expected}
            wanted = {each["deliverystatus"][:1] for each in expected}
            score.add(
                f"right class ({'a status of its own' if own else 'a status made up'})",
                name,
                right=got == wanted,
                note=(
                    status,
                    reason,
                    mail.status,
                    [f.action.value for f in mail.recipient_statuses],
                ),
            )
            if own:
                score.add(
                    "very same status",
                    name,
                    right=mail.status == status,
                    note=(status, reason, mail.status),
                )
    return score


def status_of(mail: InboundMail, recipient: str) -> str:
    for fate in mail.recipient_statuses:
        if fate.address.lower() == recipient.lower():
            return "45"[bool(fate.permanent)]
    return "45"[bool(mail.permanent)]


def flufl(folder: Path) -> Score:
    score = Score()
    for name, (row,) in rows(folder / "_expected.tsv").items():
        mail = read_mail((folder / name).read_bytes())
        permanent, temporary = (
            row["expected_permanent_by_table"].split(),
            row["expected_temporary_by_table"].split(),
        )
        if not permanent and not temporary:
            score.add(
                "nobody named, nobody for good",
                name,
                right=not mail.recipients,
                note=(mail.kind, mail.recipients),
            )
            continue
        score.add("bounces recognised", name, right=mail.kind is MailKind.BOUNCE, note=mail.kind)
        for each in (*permanent, *temporary):
            score.add(
                "right recipient", name, right=named(mail, each), note=(each, mail.recipients)
            )
        score.add(
            "right class",
            name,
            right=mail.permanent is bool(permanent),
            note=(mail.permanent, mail.status),
        )
    return score


def main() -> None:
    root = Path(sys.argv[1])
    for read in (flufl, sisimai):
        began = time.perf_counter()
        score = read(root / read.__name__)
        print(f"{read.__name__} ({time.perf_counter() - began:.1f} s)")
        score.print(verbose="-v" in sys.argv)


if __name__ == "__main__":
    main()
