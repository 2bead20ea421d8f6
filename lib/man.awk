# SPDX-License-Identifier: MIT
# Makes the manual pages of pool.h: pool.3 about all of it, with the types, and
# one page for each function. They say what the header says; nothing else is
# needed than awk, so an installation needs no doxygen.
#
#   awk -v out=FOLDER -v version=2.0.0 -f lib/man.awk lib/pool.h

# Doxygen's marks as roff's.
function marked(text) {
    gsub(/\\/, "\\e", text)
    gsub(/-/, "\\-", text)
    text = between(text, "`", "\\fB", "\\fP")
    text = between(text, "\\*\\*", "\\fB", "\\fP")
    text = linked(text, "#[A-Za-z_]+", 1, "")
    text = linked(text, "pool_[a-z_]+\\(\\)", 0, "(3)")
    sub(/^[.']/, "\\\\&&", text)
    return text
}

# What stands between two marks, between `left` and `right` instead.
function between(text, mark, left, right,    n, part, i, all) {
    n = split(text, part, mark)
    all = part[1]
    for (i = 2; i <= n; i++)
        all = all (i % 2 ? right : left) part[i]
    return all (n % 2 ? "" : right)
}

# Names in bold; `skip` characters go before the name, "()" becomes `after`.
function linked(text, pattern, skip, after,    all, name) {
    all = ""
    while (match(text, pattern)) {
        name = substr(text, RSTART + skip, RLENGTH - skip)
        sub(/\(\)$/, "", name)
        all = all substr(text, 1, RSTART - 1) "\\fB" name "\\fP" after
        text = substr(text, RSTART + RLENGTH)
    }
    return all text
}

# Lines of a comment as paragraphs and lists.
function paragraphs(lines,    n, line, i, text) {
    n = split(lines, line, "\n")
    text = ""
    for (i = 1; i <= n; i++)
        if (line[i] == "")
            text = text ".P\n"
        else if (sub(/^- /, "", line[i]))
            text = text ".IP \\(bu 2\n" marked(line[i]) "\n"
        else {
            sub(/^ +/, "", line[i])
            text = text marked(line[i]) "\n"
        }
    sub(/^(\.P\n)+/, "", text)
    sub(/(\.P\n)+$/, "", text)
    return text
}

function heading(file, name, summary) {
    printf ".TH %s 3 \"\" \"pool %s\" \"Process pools in C\"\n", name, version >file
    printf ".SH NAME\n%s \\- %s\n.SH SYNOPSIS\n", name, summary >file
}

# A declaration, as it stands in the header.
function verbatim(code) {
    gsub(/\\/, "\\e", code)
    gsub(/-/, "\\-", code)
    return ".nf\n" code ".fi\n"
}

# The first sentence, as the line of a list.
function summary_of(lines,    text) {
    text = lines
    gsub(/\n/, " ", text)
    if (match(text, /[.:;] /))
        text = substr(text, 1, RSTART - 1)
    sub(/[. ]+$/, "", text)
    return marked(tolower(substr(text, 1, 1)) substr(text, 2))
}

# Splits a comment into its text, its parameters and its results.
function split_comment(lines,    n, line, i, at, words) {
    about = parameters = results = ""
    n = split(lines, line, "\n")
    at = "about"
    for (i = 1; i <= n; i++) {
        if (sub(/^@param +/, "", line[i])) {
            at = "parameters"
            match(line[i], /^[a-z_]+ */)
            words = substr(line[i], 1, RLENGTH)
            sub(/ +$/, "", words)
            parameters = parameters ".TP\n.I " words "\n"
            line[i] = substr(line[i], RLENGTH + 1)
        } else if (sub(/^@return +/, "", line[i])) {
            at = "results"
        }
        if (at == "about")
            about = about line[i] "\n"
        else if (at == "parameters")
            parameters = parameters paragraphs(line[i])
        else
            results = results line[i] "\n"
    }
}

function function_page(name,    file) {
    file = out "/" name ".3"
    split_comment(comment)
    heading(file, name, summary_of(about))
    printf ".nf\n.B #include <pool.h>\n.P\n" >file
    print verbatim(code) ".SH DESCRIPTION\n" paragraphs(about) >file
    if (parameters)
        printf ".SH PARAMETERS\n%s", parameters >file
    if (results)
        printf ".SH RETURN VALUE\n%s", paragraphs(results) >file
    if (group_text)
        printf ".SH NOTES\n%s", paragraphs(group_text) >file
    printf ".SH SEE ALSO\n.BR pool (3)\n" >file
    close(file)
    functions = functions ".TP\n.BR " name " (3)\n" summary_of(about) "\n"
}

function declared(    name, file) {
    if (code ~ /^typedef|^struct [a-z_]+( {|;)|^enum/) {
        match(code, /(typedef int|typedef void|struct|enum) pool[a-z_]*/)
        name = substr(code, RSTART, RLENGTH)
        sub(/.* /, "", name)
        split_comment(comment)
        types = types ".SS " name "\n" paragraphs(about) ".P\n" \
            verbatim(code) parameters (results ? ".P\nReturns " paragraphs(results) : "")
        if (name != "pool") {
            file = out "/" name ".3"
            print ".so man3/pool.3" >file
            close(file)
        }
    } else if (match(code, /pool_[a-z_]+\(/)) {
        function_page(substr(code, RSTART, RLENGTH - 1))
    }
    comment = code = ""
}

/^\/\/\// {
    line = $0
    sub(/^\/\/\/ ?/, "", line)
    if (line ~ /^@file/)
        in_file = 1
    else if (sub(/^@name /, "", line)) {
        in_group = 1
        group_text = ""
        functions = functions ".SS " line "\n"
    } else if (line == "@{")
        in_group = 0
    else if (line == "@}")
        group_text = ""
    else if (in_file)
        file_text = file_text line "\n"
    else if (in_group)
        group_text = group_text line "\n"
    else
        comment = comment line "\n"
    next
}
{ in_file = 0 }
/^#define POOL_/ && comment { # a constant
    constants = constants ".TP\n.B " $2 "\n" paragraphs(comment)
    comment = ""
}
/^#/ || /^extern/ || /^$/ || /^}$/ { next }
comment || code {
    code = code $0 "\n"
    if (/^}?;$/ || (/;/ && code !~ /{/))
        declared()
}

END {
    file = out "/pool.3"
    heading(file, "pool", "a pool of worker processes")
    printf ".nf\n.B #include <pool.h>\n.P\n" >file
    printf "cc program.c $(pkg\\-config \\-\\-cflags \\-\\-libs pool)\n.fi\n" >file
    printf ".SH DESCRIPTION\n%s", paragraphs(file_text) >file
    printf ".SH FUNCTIONS\n%s.SH CONSTANTS\n%s.SH TYPES\n%s", functions, \
        constants, types >file
}
