// SPDX-License-Identifier: MIT
// Makes a driver of a student's file: compile, inspect, link. Each step runs in
// a sandbox of its own, and only its output goes on to the next.
//
// Runs in: workers.
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "box.h"
#include "files.h"
#include "task.h"

bool task_end_with(struct job *job, enum grade_status status,
                   const char *format, ...) {
    char *text = NULL;
    va_list args;
    va_start(args, format);
    if (vasprintf(&text, format, args) < 0)
        text = NULL;
    va_end(args);
    name_show(text ? text : "", true, job->message, sizeof job->message);
    free(text);
    job->status = status;
    return false;
}

static bool fail_on_our_side(struct job *job, const char *what) {
    job->ours = true;
    return task_end_with(job, GRADE_NOT_GRADED, "%s: %s", what,
                         strerror(errno));
}

// Runs one line in the sandbox. True: it succeeded, `run` has its output. What
// we run there ends with BOX_REFUSED, or is killed, where it is the student's
// fault; any other status is the sandbox's own.
static bool run_line(struct job *job, struct line *line, struct spawn *run,
                     size_t most_out, enum grade_status otherwise,
                     const char *what) {
    *run = (struct spawn){.argv = (char *const *)line->word,
                          .input = run->input,
                          .most_out = most_out,
                          .most_err = LIMIT_MESSAGES,
                          .wall_s = LIMIT_BOX_WALL_S};
    enum spawn_end end = spawn(run);
    const char *says = run->err.bytes ? run->err.bytes : "";
    if (end == SPAWN_EXITED && run->status == 0)
        return true;
    if (end == SPAWN_FAILED)
        return fail_on_our_side(job, "A program cannot be started");
    if (end == SPAWN_EXITED && run->status != BOX_REFUSED &&
        run->status < 128) {
        job->ours = true;
        return task_end_with(job, GRADE_NOT_GRADED, "The sandbox failed: %.*s",
                             LIMIT_MESSAGE_KEPT, says);
    }
    if (end == SPAWN_TOO_LONG)
        return task_end_with(job, otherwise, "%s takes more than %d seconds.",
                             what, LIMIT_BOX_WALL_S);
    if (end == SPAWN_FLOODED)
        return task_end_with(job, otherwise, "%s puts out too much.\n%.*s",
                             what, LIMIT_MESSAGE_KEPT / 2, says);
    return task_end_with(job, otherwise, "%.*s", LIMIT_MESSAGE_KEPT, says);
}

static void text_pair_free(struct spawn *run) {
    text_free(&run->out);
    text_free(&run->err);
}

// The compiler sees the source, the header, and the system.
bool task_compile(struct job *job) {
    const char *source = file_path("/box/%s", job->exercise->file);
    const char *header = file_path("%s/headers", job->kit);
    struct line line = {0};
    line_sandbox(&line, pool_worker_index());
    if (!grader.set.unsafe) {
        line_read(&line, job->file->path, source);
        line_read(&line, header, "/box/headers");
    }
    const char *end[] = {
        "--",
        "sh",
        "-c",
        "cd \"${3%/*}\" && \"$1\" -std=gnu11 -w -fmax-errors=20 -O1 -I \"$2\" "
        "-c "
        "-o \"$4/student.o\" \"${3##*/}\" && cat \"$4/student.o\" || exit 3",
        "sh",
        grader.set.compiler,
        grader.set.unsafe ? header : "/box/headers",
        grader.set.unsafe ? job->file->path : source,
        grader.set.unsafe ? job->slot : "/tmp"};
    for (size_t i = 0; i < sizeof end / sizeof *end; i++)
        line_add(&line, end[i]);
    struct spawn run = {.input = -1};
    bool ok = run_line(job, &line, &run, LIMIT_OBJECT, GRADE_DOES_NOT_COMPILE,
                       "Compiling");
    if (!ok && !job->ours && job->message[0] == 0)
        task_end_with(job, GRADE_DOES_NOT_COMPILE,
                      "The compiler needs too much time or memory for it.");
    const char *object = file_path("%s/student.o", job->slot);
    if (ok && file_write(object, run.out.bytes, run.out.length, 0644,
                         FILE_SCRATCH) < 0)
        ok = fail_on_our_side(job, object);
    text_pair_free(&run);
    return ok;
}

bool task_inspect(struct job *job) {
    const char *object = file_path("%s/student.o", job->slot);
    const char *asked = file_path("%s/asked.txt", job->kit);
    const char *imports = file_path("%s/kit/imports.txt", grader.work);
    int fd = open(object, O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        return fail_on_our_side(job, object);
    struct line line = {0};
    line_sandbox(&line, pool_worker_index());
    if (!grader.set.unsafe) {
        line_read(&line, asked, "/box/asked.txt");
        line_read(&line, imports, "/box/imports.txt");
        line_add(&line, "--bring");
    }
    line_add(&line, "--");
    line_add(&line, file_path("%s/kit/inspect", grader.work));
    line_add(&line, grader.set.unsafe ? asked : "/box/asked.txt");
    line_add(&line, grader.set.unsafe ? imports : "/box/imports.txt");
    struct spawn run = {.input = fd};
    bool ok = run_line(job, &line, &run, LIMIT_MESSAGES, GRADE_REFUSED,
                       "Looking at the object file");
    if (!ok && !job->ours && run.out.length > 0)
        task_end_with(job, GRADE_REFUSED, "%.*s", LIMIT_MESSAGE_KEPT,
                      run.out.bytes);
    else if (!ok && !job->ours && job->message[0] == 0)
        task_end_with(job, GRADE_REFUSED,
                      "Its object file cannot be looked at.");
    text_pair_free(&run);
    close(fd);
    return ok;
}

bool task_link(struct job *job) {
    static const char *const name[] = {"student.o", "driver.o", "common.o",
                                       "wire.o"};
    const char *file[] = {file_path("%s/student.o", job->slot),
                          file_path("%s/driver.o", job->kit),
                          file_path("%s/kit/driver.o", grader.work),
                          file_path("%s/kit/wire.o", grader.work)};
    char as[4][32];
    struct line line = {0};
    line_sandbox(&line, pool_worker_index());
    for (int i = 0; i < 4; i++) {
        snprintf(as[i], sizeof as[i], "/box/%s", name[i]);
        if (!grader.set.unsafe)
            line_read(&line, file[i], as[i]);
    }
    const char *end[] = {
        "--",
        "sh",
        "-c",
        "compiler=$1 to=$2 sanitize=$3; shift 3; \"$compiler\" "
        "${sanitize:+-fsanitize=$sanitize} -Wl,--wrap=fork -o \"$to/driver\" "
        "\"$@\" -lm -lpthread 2>\"$to/says\" && cat \"$to/driver\" || { "
        "grep -oE '(undefined|multiple) .*' \"$to/says\" | sort -u >&2 || "
        "cat \"$to/says\" >&2; exit 3; }",
        "sh",
        grader.set.compiler,
        grader.set.unsafe ? job->slot : "/tmp",
        grader.set.sanitize};
    for (size_t i = 0; i < sizeof end / sizeof *end; i++)
        line_add(&line, end[i]);
    for (int i = 0; i < 4; i++)
        line_add(&line, grader.set.unsafe ? file[i] : as[i]);
    struct spawn run = {.input = -1};
    bool ok = run_line(job, &line, &run, LIMIT_DRIVER, GRADE_DOES_NOT_COMPILE,
                       "Linking");
    if (!ok && !job->ours) {
        char says[sizeof job->message];
        strcpy(says, job->message);
        task_end_with(
            job, GRADE_DOES_NOT_COMPILE,
            "It compiles, but does not fit the exercise's header:\n%s", says);
    }
    const char *driver = file_path("%s/driver", job->slot);
    if (ok && file_write(driver, run.out.bytes, run.out.length, 0755,
                         FILE_SCRATCH) < 0)
        ok = fail_on_our_side(job, driver);
    text_pair_free(&run);
    return ok;
}
