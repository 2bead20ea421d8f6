#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Keeps texts and programs together: does what a text tells its reader to do.

    transcripts.py write|check [TEXT…]

In README.md and the lessons' texts (lessons/AUTHORS.md shows each form):

    ```sh                              of a lesson with claims.c: every line is
    make lib                           run and must succeed
    ```
    <!-- transcript: ./apply 4 -->     what the command prints
    <!-- transcript: ./apply 4 … sed 2,3d -->  the same with lines left out: what
                                       does that is not shown
    <!-- transcript-any-order: … -->   the same, its lines in any order
    <!-- code: file [name…] -->        a file, or those functions, types and
                                       variables; or what is between two //! [name]
    <!-- code: file main: for (… } --> of a function the lines from the first that
                                       begins with "for (" to the next that begins
                                       with "}", and on after another "…";
                                       without "…": that line
    <!-- code: file name into my.c --> the same, and it is typed into my.c
    <!-- end -->                       ends these three
    <!-- change: file -->              the ```diff that follows is applied to the
                                       file as it was, and its cc line run again
    <!-- screen: grep … -->            what the sentence before says of the lesson's
                                       screen: the command reads what `make lesson5`
                                       showed, and must succeed

All of it happens in a copy of the tree. "write" fills in what is printed,
"check" fails where a text no longer matches, or a line does not succeed.
TIMES=20 checks each text so many times, LOAD=2 does it beside two busy loops;
then each lesson's guide is run every time, and every claim must hold.
"""
import difflib
import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import textwrap
from pathlib import Path

KNOBS = "WORKERS TASKS INPUT PREDICT STEP TRACE POOL MAKEFLAGS MFLAGS MAKELEVEL " \
        "MAKEOVERRIDES CFLAGS CC SANITIZE".split()
MARK = re.compile(r"<!-- (transcript|transcript-any-order|code|change|screen): (.*) -->")
SECONDS = 180
BUILD_SECONDS = 1200  # of all lessons, on a busy machine
GUIDE_SECONDS = 900
# Rows of a timeline, and the file of a picture.
NOT_COMPARED = re.compile(r" +[a-z]+ *\d* *\|.*\||.*more rows$|  +\|0? .*\||"
                          r"  As a picture:")


class Wrong(Exception):
    """What a text says is not so."""


def run(command, folder, seconds=SECONDS):
    """(exit status, what it printed); it gets nothing to read."""
    environment = {k: v for k, v in os.environ.items() if k not in KNOBS}
    if os.geteuid() == 0:  # mpirun wants to be told that this is on purpose
        environment |= {"OMPI_ALLOW_RUN_AS_ROOT": "1",
                        "OMPI_ALLOW_RUN_AS_ROOT_CONFIRM": "1"}
    # The machine's own warning about a copied tree is not the reader's.
    with subprocess.Popen(["sh", "-c", command], cwd=folder, env=environment,
                          stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                          stderr=subprocess.STDOUT, start_new_session=True) as job:
        try:
            printed, _ = job.communicate(timeout=seconds)
        except subprocess.TimeoutExpired:
            os.killpg(job.pid, signal.SIGKILL)
            raise Wrong(f"{command}: not done after {seconds} s") from None
    return job.returncode, printed.decode(errors="replace")


def change(lines, diff):
    """The file's lines with the diff applied; indentation does not matter."""
    for hunk in re.split(r"^@@.*\n", diff, flags=re.M):
        rows = [row for row in hunk.split("\n") if row]
        old = [row[1:].strip() for row in rows if row[0] in " -"]
        places = [i for i in range(len(lines) - len(old) + 1)
                  if [line.strip() for line in lines[i:i + len(old)]] == old]
        if len(places) != 1 or not old:
            raise Wrong(f"the diff fits in {len(places)} places:\n{hunk}")
        at, new = places[0], []
        for row in rows:
            if row[0] == " ":
                new.append(lines[at])
            elif row[0] == "+":
                new.append(row[1:])
            at += row[0] in " -"
        lines[places[0]:places[0] + len(old)] = new
    return lines


def marked(lines, mark):
    """What lies between two marks, or None."""
    here = [i for i, line in enumerate(lines) if line.strip() == f"//! [{mark}]"]
    return lines[here[0] + 1:here[1]] if len(here) == 2 else None


def defined(lines, name):
    """A function, type or variable, with the comment above it, or None."""
    word = re.compile(rf"[^\s/#}}*].*\b{name}\b")
    first = next((i for i, line in enumerate(lines)
                  if word.match(line.split("//")[0])), None)
    if first is None:
        return None
    last = first
    if not re.search(r"[;}](\s*//.*)?$", lines[first]):
        last = next(i for i in range(first, len(lines)) if lines[i].startswith("}"))
    while lines[first - 1].startswith("//"):
        first -= 1
    return lines[first:last + 1]


def piece(lines, words):
    """Of a function: from a line that begins so to the next that begins so, and on
    to the next."""
    first, *later = (part.strip() for part in words.split("…"))
    rest = iter(lines)
    taken = [next((line for line in rest if line.strip().startswith(first)), None)]
    for last in later:
        while taken[-1] is not None:
            taken.append(next(rest, None))
            if taken[-1] is not None and taken[-1].strip().startswith(last):
                break
    if None in taken:
        raise Wrong(f"no lines from {' to '.join([first, *later])}")
    return textwrap.dedent("\n".join(taken)).split("\n")


def quote(text):
    """The code of a file, or its parts of these names."""
    text, _, words = text.partition(": ")
    file, *names = text.split()
    lines = Path(file).read_text().splitlines()
    if not names:
        return "\n".join(lines[bool(lines and "SPDX" in lines[0]):])
    parts = []
    for name in names:
        part = marked(lines, name) or defined(lines, name)
        if not part:
            raise Wrong(f"{file} has no {name}, and no two marks //! [{name}]")
        parts.append("\n".join(part))
    if words:
        parts[-1] = "\n".join(piece(parts[-1].split("\n"), words))
    return "\n\n".join(parts)


class Text:
    """One text, and what happens as it is read from top to bottom."""

    def __init__(self, path, tree):
        self.path, self.tree = path, tree
        self.guided = Path(path).with_name("claims.c").exists()
        self.compile = {}  # the line that compiles a file
        self.changed = []
        self.typed = set()  # files that the reader types
        self.screen = None  # the file with what the guide showed

    made = {}  # what compiling has given, from which sources

    def run(self, command):
        """As run(). The same sources are compiled once, however often."""
        words = command.split()
        if words[0] not in ("cc", "mpicc") or ";" in command:
            return run(command, self.tree)
        files = [self.tree / word for word in words if word.endswith((".c", ".a"))]
        folders = {file.parent for file in files} - {self.tree}
        files += [file for folder in folders for file in folder.glob("*.[ch]")]
        key = command, *(file.read_bytes() for file in files if file.exists())
        target = self.tree / words[words.index("-o") + 1]
        if key not in self.made:
            status, printed = run(command, self.tree)
            if status:
                return status, printed
            self.made[key] = target.read_bytes()
        target.unlink(missing_ok=True)
        target.write_bytes(self.made[key])
        target.chmod(0o755)
        return 0, ""

    def shell(self, block):
        for line in re.sub(r"\\\n", " ", block).split("\n"):
            command = line.split(" #")[0].strip()
            if not command:
                continue
            status, printed = self.run(command)
            if status:
                raise Wrong(f"$ {command}\n{printed}exit status {status}")
            for word in command.split():
                if command.startswith(("cc ", "mpicc ")) and word.endswith(".c"):
                    self.compile[word] = command

    def restore(self):
        for file in self.changed:
            shutil.copy2(file, self.tree / file)
            os.utime(self.tree / file)
        self.changed = []

    def apply(self, file, diff):
        self.restore()
        lines = change(Path(file).read_text().splitlines(), diff)
        (self.tree / file).write_text("\n".join(lines) + "\n")
        self.changed.append(file)
        self.recompile(file)

    def recompile(self, file):
        if not file.endswith(".c"):
            return
        if file not in self.compile:
            raise Wrong(f"no cc line compiles {file}")
        status, printed = self.run(self.compile[file])
        if status:
            raise Wrong(f"$ {self.compile[file]}\n{printed}")

    def guide(self):
        """What `make lessonN` shows, in a file; every claim must hold."""
        if not self.screen:
            number = int(Path(self.path).parent.name[:2])
            status, printed = run(f"make -s lesson{number} PREDICT=0", self.tree,
                                  GUIDE_SECONDS)
            if status:
                raise Wrong(f"make lesson{number}: exit status {status}\n" + "\n".join(
                    line for line in printed.split("\n") if "NOT SO" in line))
            self.screen = self.tree / "screen.txt"
            self.screen.write_text(printed)
        return self.screen

    def shown(self, command):
        """What the text says of the screen is there."""
        status, printed = run(f"{{ {command}; }} <{self.guide()}", self.tree)
        if status:
            raise Wrong(f"not on the screen: {command}\n{printed}")

    def transcript(self, command):
        command, _, cut = command.partition(" … ")
        _, printed = run(f"{command} | {cut}" if cut else command, self.tree)
        lines = [line.rstrip() for line in printed.rstrip("\n").split("\n")]
        return "\n".join([f"$ {command}"] + lines)

    def renew(self):
        """The text with all that is quoted as it is now."""
        out, lines = [], iter(Path(self.path).read_text().split("\n"))
        for line in lines:
            out.append(line)
            mark = MARK.fullmatch(line)
            if line.startswith("## "):
                changed = self.changed
                self.restore()
                for file in changed:
                    self.recompile(file)
            if mark and mark[1] == "change":
                out += [next(lines)]
                diff = []
                for row in lines:
                    out.append(row)
                    if row == "```":
                        break
                    diff.append(row)
                self.apply(mark[2], "\n".join(diff))
            elif mark and mark[1] == "screen":
                self.shown(mark[2])
            elif mark:
                if mark[1] == "code":
                    kind = "python" if mark[2].split()[0].endswith(".py") else "c"
                    words, _, typed = mark[2].partition(" into ")
                    body = quote(words)
                    if typed:
                        mode = "a" if typed in self.typed else "w"
                        self.typed.add(typed)
                        with open(self.tree / typed, mode) as mine:
                            mine.write(body + "\n")
                else:
                    kind, body = "text", self.transcript(mark[2])
                out += [f"```{kind}", body, "```"]
                for row in lines:
                    if row == "<!-- end -->":
                        out.append(row)
                        break
            elif line == "```sh":
                block = []
                for row in lines:
                    out.append(row)
                    if row == "```":
                        break
                    block.append(row)
                if self.guided:
                    self.shell("\n".join(block))
        self.restore()
        return "\n".join(out)


def shape(tree, timeline):
    """Of a tree the kinds of processes, for one may have been late or gone; of a
    timeline its rows, deaths and items: what does not differ from run to run."""
    names = {re.sub(r"^[ |`-]*(.*?)(-\d+)? \d+( .*)?$", r"\1", line) for line in tree if line}
    rows = [re.match(r" +([a-z]+ *\d*) *\|(.*)\| *(\d+)$", line) for line in timeline]
    rows = [row for row in rows if row]
    if names:
        yield "tree of " + ", ".join(sorted(names))
    if rows:
        yield "timeline of " + ", ".join(row[1].strip() for row in rows) + \
            f": {sum(row[2].count('X') for row in rows)} X, " \
            f"{sum(int(row[3]) for row in rows)} items"


def paragraphs(block):
    """A transcript with what may differ taken out, paragraph by paragraph."""
    command, _, printed = block.partition("\n")
    lesson = re.match(r"\$ make lesson\d+(?!.*-steps)", command)
    kept, output, in_tree, tree, timeline = [], False, False, [], []
    for line in printed.split("\n"):
        if line.startswith("  $ "):
            output, line = True, line + "\n"
        elif output and lesson:
            output = line.startswith("    ")
            line = re.sub(r"\d+", "N", line) if output else ""
        if line is None or NOT_COMPARED.match(line):
            timeline.append(line or "")
            continue
        if line.startswith("  Processes when"):
            in_tree = True
            kept.append(line)
            continue
        in_tree = in_tree and bool(not line or re.match(r"  ([ |`]|your|a child|its)", line))
        (tree if in_tree else kept).append(line)
    kept += ["", *shape(tree, timeline)]
    done = []
    for text in re.split(r"\n\s*\n", "\n".join(kept)):
        text = re.sub(r"\s+", " ", text).strip()
        text = re.sub(r" \(seen: [^)]*\)+", "", text)
        text = re.sub(r"about [\d.,]+ (times|us|ms)", "about N", text)
        text = re.sub(r"(pid|process|worker) \d{3,}", r"\1 N", text)
        if text.startswith("In this run"):
            text = "In this run"
        if re.search("this time", text, re.I):
            text = re.sub(r"\d+(\.\d+)?", "N", text)
        done.append(text)
    return command + "\n\n" + "\n\n".join(text for text in done if text)


def normal(text, measuring):
    """A whole text as it is compared."""
    def block(match):
        lines = paragraphs(match[3])
        if match[1] == "transcript-any-order":
            lines = "\n".join(sorted(re.sub(r"(pid|process|worker) \d{3,}", r"\1 N",
                                            match[3]).split("\n")))
        if measuring:
            lines = re.sub(r"It was: .*", "It was: N", lines)
            lines = lines.replace("[--]", "[ok]")
        return f"<!-- {match[1]}: {match[2]} -->\n{lines}\n<!-- end -->"
    return re.sub(r"<!-- (transcript|transcript-any-order): ([^\n]*) -->\n```text\n"
                  r"(.*?)\n```\n<!-- end -->", block, text, flags=re.S)


def copy_tree(tree):
    """The tree, with what was built, so that little is compiled again; times are
    kept."""
    def unwanted(folder, names):
        folder = os.path.relpath(folder)
        if folder == ".":
            return {".git", ".ci"} & set(names)
        if folder.startswith("build") and folder.count("/") == 1:
            return set(names) - {"lib", "lessons", "plots", "exercises", "flags"}
        return {"site", "texts"} & set(names) if folder == "build" else set()
    shutil.copytree(".", tree, ignore=unwanted, symlinks=True)


def check(path, tree, mode):
    """What is wrong with one text, in words; None if nothing is."""
    old = Path(path).read_text()
    text = Text(path, tree)
    try:
        new = text.renew()
        if text.guided and number("TIMES"):
            text.guide()
    except Wrong as error:
        return str(error)
    measuring = "\n# Lesson 12:" in "\n" + old
    a, b = normal(old, measuring), normal(new, measuring)
    if a == b:
        return None  # a text that still holds stays as it is
    if mode == "write":
        Path(path).write_text(new)
        print(f"renewed {path}")
        return None
    difference = difflib.unified_diff(a.split("\n"), b.split("\n"), "text",
                                      "program", n=1, lineterm="")
    return "no longer matches its programs: make transcripts\n" + \
        "\n".join(list(difference)[:30])


def can_be_checked(path):
    lacks = {"/13-": ["mpicc"], "debugging": ["gdb", "strace"]}
    return all(shutil.which(tool) for part, tools in lacks.items() if part in path
               for tool in tools)


def number(name):
    """A setting, such as TIMES=20."""
    text = os.environ.get(name) or "0"
    if not text.isdigit():
        sys.exit(f"{name} must be a whole number, not \"{text}\".")
    return int(text)


def main(mode, *paths):
    texts = paths or ["README.md", "lessons/README.md", "lessons/README.zh.md"] + \
        sorted(map(str, Path("lessons").glob("[0-9]*/README.md"))) + \
        ["lessons/debugging.md", "lessons/memory-order.md"]
    times, wrong, busy = number("TIMES"), 0, []
    with tempfile.TemporaryDirectory() as temp:
        tree = Path(temp, "poolschool")
        copy_tree(tree)
        run("make -s lessons-build", tree, BUILD_SECONDS)
        try:
            for _ in range(number("LOAD")):
                busy.append(subprocess.Popen([sys.executable, "-c", "while True: pass"]))
            for path in filter(can_be_checked, texts):
                held = 0
                for done in range(1, (times or 1) + 1):
                    fault = check(path, tree, mode)
                    held += fault is None
                    if fault:
                        print(f"{path}: {fault}", flush=True)
                    if times:
                        print(f"{path}: {held} of {done} times the text fitted, and all "
                              f"claims held, beside {len(busy)} busy loops", flush=True)
                wrong += held < (times or 1)
        finally:
            for process in busy:
                process.kill()
    return 1 if wrong else 0


if __name__ == "__main__":
    if len(sys.argv) < 2 or sys.argv[1] not in ("write", "check"):
        sys.exit(__doc__)
    sys.exit(main(*sys.argv[1:]))
