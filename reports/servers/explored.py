"""What exploring found in several runs: explored.py REPORT.json...

A line for each thing that was found: in how many runs, how often in a run, its level, how often it was seen again, and
the fewest and the most calls that its case has.
"""
import json
import re
import sys
from collections import defaultdict

reports = []
for path in sys.argv[1:]:
    with open(path) as file:
        reports.append(json.load(file))


def words(finding):
    """The title without what differs from one run to the next."""
    title = re.sub(r" \(seen \d+ of \d+\)$", "", finding["title"])
    title = re.sub(r"\b[0-9a-zA-Z]{10}\b(-\d+)?", "ID", title)
    title = re.sub(r"\bID-\d+|\b[0-9a-f]{8}-\d+", "ID", title)
    title = re.sub(r"\bb\d+:[\d+]+( b\d+:[\d+]+)*", "bytes", title)
    title = re.sub(r"\b(k)\d\b", r"\1", title)
    title = re.sub(r", v=\d+", "", title)
    title = re.sub(r"(upload_part(?:_copy)?) \d+", r"\1 N", title)
    title = re.sub(r"\[[^]]*\]", "[…]", title)
    return re.sub(r"behind \d+, \d+ at most", lambda page: "whole" if page[0].endswith("1000 at most") else "a page", title)


found = defaultdict(list)
for at, report in enumerate(reports):
    for finding in report["findings"]:
        found[finding["kind"], words(finding)].append((at, finding))
seconds = [report["run"]["millis"] / 1000 for report in reports]
sent = [report["exploration"]["bytes_sent"] / (1 << 20) for report in reports]
print(f"{len(reports)} runs, {min(seconds):.0f} to {max(seconds):.0f} s, {min(sent):.0f} to {max(sent):.0f} MiB sent")
print("| runs | findings | level | seen again | calls | what |")
print("|---|---|---|---|---|---|")
for (kind, title), all_of_it in sorted(found.items(), key=lambda entry: -len({at for at, _ in entry[1]})):
    runs = {at for at, _ in all_of_it}
    levels = "/".join(sorted({finding["level"] for _, finding in all_of_it}))
    again = [finding["confirmed"] for _, finding in all_of_it if finding.get("confirmed")]
    rates = sorted({f"{one['shown']} of {one['tries']}" for one in again}, key=lambda rate: int(rate.split()[0]))
    calls = [len(finding["history"]["calls"]) for _, finding in all_of_it if finding.get("history")]
    span = f"{min(calls)}" if len(set(calls)) == 1 else f"{min(calls)} to {max(calls)}" if calls else ""
    shown = rates[0] if len(rates) == 1 else f"{rates[0]} to {rates[-1]}" if rates else ""
    print(f"| {len(runs)} | {len(all_of_it)} | {levels} | {shown} | {span} | {kind}: {title.split(': ', 1)[-1]} |")
