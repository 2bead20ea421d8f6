# SPDX-License-Identifier: MIT
"""Writes what a grader might have written about a nasty class: names in many
scripts, with quotes and newlines, and outputs of every kind of bytes. The
checks are the judges' own tables.

    nasty.py JUDGES OUT      JUDGES: the folder with NN-name/judge
"""

import json
import pathlib
import random
import subprocess
import sys

BAD = b"@BAD@"  # replaced by bytes that are no UTF-8 after the JSON is made

NAMES = [
    "Jane Doe",
    "O'Brien \"Bobby\" <b>& Co</b>",
    "李小龍",
    "Ἀριστοτέλης 🦉",
    "محمد بن موسى",
    "two\nlines\tand a tab",
    "../../etc/passwd",
    "<script>alert(1)</script>",
    "]]><!-- --> &amp;&#0;%s%d%n",
    "right\u202eto left",
    "nul\u0000inside",
    "",
    "a" * 300,
    "@BAD@ bytes",
]

OUTPUTS = [
    "",
    "plain\nlines\r\nof text\n",
    "\x1b[31mred\x1b[0m \x1b]0;title\x07 bell",
    "".join(map(chr, range(0, 33))) + "\x7f\x80\x9f\ufffe\uffff\ufdd0\U0001ffff",
    "</pre></script><script>alert(2)</script> ]]> <!-- <?php",
    "@BAD@ in @BAD@ between",
    "🦉" * 600,
    "é" * 499 + "🦉🦉",
    '{"score": 100} "}], "tests": [{"name": "forged", "status": "pass"}]',
    "$(touch /tmp/x) `id` \\ \\u0000 \\n %s",
]

WORDS = ["missing", "unreadable", "does not compile", "refused", "time limit",
         "not graded", "a word of next year's"]


def tables(judges):
    """An unjudged result of every exercise, from the judges themselves."""
    for judge in sorted(judges.glob("[0-9][0-9]-*/judge")):
        text = subprocess.run([judge, "--error", "x"], check=True,
                              capture_output=True, text=True).stdout
        yield judge.parent.name, json.loads(text)


def judged(result, chance):
    """The same with marks: each check holds or not."""
    result = json.loads(json.dumps(result))
    for check in result["checks"]:
        passed = chance.random() < 0.6
        check["passed"] = passed
        check["points"] = check["max"] if passed else 0
        check["called"] = "f(%d, \"<&>\")" % chance.randrange(100)
        check["output"] = chance.choice(OUTPUTS)
        check["story"] = "" if passed else chance.choice(OUTPUTS)
        check["cause"] = None if passed else {
            "rationale": check["description"],
            "help": chance.choice(["", "Think <again> & 'again'."]),
            "expected": "%d processes" % chance.randrange(9),
            "actual": chance.choice([
                "stopped: it printed more than a megabyte",
                "the process crashed: signal 11 (Segmentation fault)",
                "%d processes, %d zombies" % (chance.randrange(9), 3),
                "@BAD@ ]]> \x00 \x1b <b>"]),
        }
    result["score"] = sum(check["points"] for check in result["checks"])
    return result


def exercise(folder, result, chance):
    status = chance.choice(WORDS) if chance.random() < 0.3 else "graded"
    message = chance.choice(OUTPUTS) if status != "graded" else ""
    if status == "graded":
        result = judged(result, chance)
    return {"exercise": result["exercise"], "name": folder,
            "file": result["file"], "status": status, "message": message,
            "result": result}


def write(path, value):
    path.parent.mkdir(parents=True, exist_ok=True)
    text = json.dumps(value, indent=1, ensure_ascii=False)
    text = text.encode("utf-8", "surrogatepass")
    path.write_bytes(text.replace(BAD, b"\xff\xc0\x80\xed\xa0\x80\xf5"))


def main():
    judges, out = map(pathlib.Path, sys.argv[1:3])
    chance = random.Random(7)
    plain = list(tables(judges))
    tasks = []
    for n, name in enumerate(NAMES):
        exercises = [exercise(*one, chance) for one in plain]
        if n == 1:  # as much as a program may print
            exercises[0]["result"]["checks"][0]["output"] = "<\x00é" * 300_000
        student = {
            "format": "poolschool/grade/1", "student": name, "id": f"s{n}",
            "source": name, "notes": ["Two files: the last <counts>."] * (n % 3),
            "status": "graded", "isolation": "UNSAFE: a <test> of the reports",
            "score": sum(e["result"]["score"] for e in exercises),
            "max": sum(e["result"]["max"] for e in exercises),
            "exercises": exercises}
        write(out / "students" / f"s{n}" / "result.json", student)
        tasks += [{"id": f"s{n}", "exercise": e["exercise"],
                   "status": e["status"], "seconds": chance.random()}
                  for e in exercises]
    (out / "grades.csv").write_text("student,total\n")
    write(out / "run.json", {
        "format": "poolschool/run/1", "started": "2026-11-24T13:00:00Z",
        "seconds": 61.25, "seed": 7, "isolation": "UNSAFE: a <test>",
        "sandboxed": False, "jobs": 2, "shard": "1/1",
        "limits": {"compile seconds": 20}, "notes": ["Passed over: <x>"],
        "machine": {"system": "Linux", "cpus": 2, "compiler": "cc"},
        "exercises": [], "tasks": tasks})


main()
