# SPDX-License-Identifier: MIT
"""Holds the reports of a graded class against the field lists of their
formats, and against what the grader wrote.

    validate.py OUT               prints what is wrong; status 1 if anything is
    validate.py gradescope FILE   this one file against its field list
"""

import json
import pathlib
import re
import subprocess
import sys
import xml.etree.ElementTree as xml

import jsonschema

HERE = pathlib.Path(__file__).parent
wrong = []


def expect(holds, path, what):
    if not holds:
        wrong.append(f"{path}: {what}")


def schema(name):
    text = (HERE / f"{name}.schema.json").read_text("utf-8")
    return jsonschema.Draft7Validator(json.loads(text))


SCHEMAS = {name: schema(name)
           for name in ("gradescope", "exercism", "classroom50")}


def load(path, name):
    """A JSON file that fits its schema. Strict UTF-8, no NaN, no surrogates."""
    def refuse(word):
        expect(False, path, f"{word} is no JSON")
    value = json.loads(path.read_bytes().decode("utf-8"), parse_constant=refuse)
    for error in SCHEMAS[name].iter_errors(value):
        where = "/".join(map(str, error.absolute_path))
        expect(False, path, f"{where}: {error.message[:200]}")
    return value


def points(tests, score, max_score):
    return sum(t[score] for t in tests), sum(t[max_score] for t in tests)


def utf16(text):
    return len(text.encode("utf-16-le")) // 2


def check_gradescope(folder, result):
    path = folder / "gradescope/results.json"
    it = load(path, "gradescope")
    expect(points(it["tests"], "score", "max_score") ==
           (result["score"], result["max"]), path, "points do not add up")
    expect(it["score"] == result["score"], path, "another score")


def check_exercism(folder, exercise):
    path = folder / "exercism" / exercise["name"] / "results.json"
    it = load(path, "exercism")
    wanted = [{True: "pass", False: "fail", None: "error"}[c["passed"]]
              for c in exercise["result"]["checks"]]
    expect([t["status"] for t in it["tests"]] == wanted, path, "other verdicts")
    expect((it["status"] == "pass") == (set(wanted) == {"pass"}), path,
           "another status")
    for test in it["tests"]:
        expect(utf16(test["output"] or "") <= 500, path, "output too long")
    expect(len((it["message"] or "").encode()) <= 65535, path, "long message")


def check_classroom50(folder, result):
    path = folder / "classroom50/result.json"
    it = load(path, "classroom50")
    expect(points(it["tests"], "score", "max-score") ==
           (it["score"], it["max-score"]) == (result["score"], result["max"]),
           path, "points do not add up")


def check_junit(folder, result):
    path = folder / "junit.xml"
    root = xml.parse(path).getroot()
    for suite, exercise in zip(root, result["exercises"], strict=True):
        checks = exercise["result"]["checks"]
        counts = [len(checks), sum(c["passed"] is False for c in checks),
                  sum(c["passed"] is None for c in checks)]
        expect([int(suite.get(k)) for k in ("tests", "failures", "errors")] ==
               counts, path, "other counts")
        expect(len(suite.findall("testcase/failure")) == counts[1] and
               len(suite.findall("testcase/error")) == counts[2], path,
               "other verdicts")


def check_page(path, outside):
    """Well-formed as XML is, which is stricter than HTML; nothing from
    elsewhere, no script that is not ours, every link leads somewhere."""
    text = path.read_bytes().decode("utf-8")
    root = xml.fromstring(text)
    tags = [element.tag.split("}")[-1] for element in root.iter()]
    expect(tags.count("script") == (0 if outside is None else 1), path,
           "scripts")
    expect(not {"iframe", "object", "embed", "form", "link", "img"} & set(tags),
           path, "unexpected tags")
    ids = [e.get("id") for e in root.iter() if e.get("id")]
    expect(len(ids) == len(set(ids)), path, "an id twice")
    for element in root.iter():
        expect(not any(a.lower().startswith("on") for a in element.keys()),
               path, "a handler in an attribute")
        link = element.get("href") or element.get("src")
        if link and link.startswith("#"):
            expect(link[1:] in ids, path, f"leads nowhere: {link}")
        elif link:
            expect(outside and (path.parent / link).is_file(), path,
                   f"leads nowhere: {link}")
    style = "".join(e.text or "" for e in root.iter("style"))
    expect(not re.search(r"url\(|@import", style), path, "style from elsewhere")
    return root


def check_index(out, results):
    root = check_page(out / "index.html", True)
    rows = root.find(".//table[@class='sortable']/tbody")
    expect(len(rows) == len(results), "index.html", "other students")
    expect(len(root.findall(".//{http://www.w3.org/2000/svg}svg")) == 3,
           "index.html", "other pictures")
    for row, result in zip(rows, results):
        expect(row.find("td/b").text == str(result["score"]), "index.html",
               "another score")


def hold(check, path, *more):
    """One check; what it stumbles over is a mistake, too."""
    try:
        check(path, *more)
    except (AttributeError, KeyError, xml.ParseError) as error:
        expect(False, path, repr(error))


def main():
    if len(sys.argv) == 3:
        load(pathlib.Path(sys.argv[2]), sys.argv[1])
        print(*wrong, sep="\n")
        sys.exit(bool(wrong))
    out = pathlib.Path(sys.argv[1])
    folders = sorted((out / "students").iterdir())
    results = []
    for folder in folders:
        text = (folder / "result.json").read_bytes().decode("utf-8", "replace")
        result = json.loads(text)
        results.append(result)
        hold(check_gradescope, folder, result)
        hold(check_classroom50, folder, result)
        hold(check_junit, folder, result)
        for exercise in result["exercises"]:
            hold(check_exercism, folder, exercise)
        hold(check_page, folder / "feedback.html", None)
    hold(check_index, out, results)
    xmls = [folder / "junit.xml" for folder in folders]
    lint = subprocess.run(["xmllint", "--noout", "--schema",
                           HERE / "junit.xsd", *xmls],
                          capture_output=True, text=True)
    expect(lint.returncode == 0, "junit.xml", "\n".join(
        line for line in lint.stderr.splitlines()
        if not line.endswith(" validates")))
    print(*wrong, sep="\n")
    print(f"{len(folders)} students, {len(wrong)} mistakes in their reports")
    sys.exit(bool(wrong) or not folders)


main()
