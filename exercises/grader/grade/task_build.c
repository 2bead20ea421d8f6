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

#include "files.h"
#include "sandbox.h"
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
// we run there ends with SANDBOX_REFUSED, or is killed, where it is the
// student's fault; any other status is the sandbox's own.
static bool run_command(struct job *job, struct command *command,
                        struct spawn *run, size_t most_out,
                        enum grade_status otherwise, const char *what) {
    *run = (struct spawn){.argv = (char *const *)command->word,
                          .input = run->input,
                          .most_out = most_out,
                          .most_err = LIMIT_MESSAGES,
                          .wall_s = LIMIT_SANDBOX_WALL_S};
    enum spawn_end end = spawn(run);
    const char *says = run->err.bytes ? run->err.bytes : "";
    if (end == SPAWN_EXITED && run->status == 0)
        return true;
    if (end == SPAWN_FAILED)
        return fail_on_our_side(job, "A program cannot be started");
    if (end == SPAWN_EXITED && run->status != SANDBOX_REFUSED &&
        run->status < 128) {
        job->ours = true;
        return task_end_with(job, GRADE_NOT_GRADED, "The sandbox failed: %.*s",
                             LIMIT_MESSAGE_KEPT, says);
    }
    if (end == SPAWN_TOO_LONG)
        return task_end_with(job, otherwise, "%s takes more than %d seconds.",
                             what, LIMIT_SANDBOX_WALL_S);
    if (end == SPAWN_FLOODED)
        return task_end_with(job, otherwise, "%s puts out too much.\n%.*s",
                             what, LIMIT_MESSAGE_KEPT / 2, says);
    return task_end_with(job, otherwise, "%.*s", LIMIT_MESSAGE_KEPT, says);
}

static void text_pair_free(struct spawn *run) {
    text_free(&run->out);
    text_free(&run->err);
}

// Where a program in the sandbox finds a file.
static const char *place(const char *file, const char *inside) {
    return grader.set.unsafe ? file : inside;
}

// What is made in one way for the judge's driver, in another for schedules.
struct way {
    const char *object;                   // what the compiler makes
    const char *program;                  // what the linker makes
    const char *compile, *link, *imports; // staged files
    const char *strip;                    // sections that start it up by itself
    const char *libraries;
    const char *parts[8]; // staged: linked with it
    bool of_exercise[8];  // the part's
};

static const struct way driver_way = {
    .object = "student.o",
    .program = "driver",
    .compile = "compile.options",
    .link = "link.options",
    .imports = "imports.txt",
    .strip = "",
    .libraries = "",
    .parts = {"driver.o", "driver.o", "caller.o", "memory.o", "wire.o"},
    .of_exercise = {true},
};

// -fsanitize=thread has the object call that sanitizer's library at start-up,
// which is not linked.
static const struct way schedules_way = {
    .object = "instrumented.o",
    .program = "schedule",
    .compile = "compile.schedule.options",
    .link = "wrap.options",
    .imports = "schedule.imports.txt",
    .strip = "-w -R .init_array* -R .rela.init_array* -R .group",
    .libraries = "-no-pie -lm -lpthread",
    .parts = {"schedule.o", "runtime.o"},
    .of_exercise = {true},
};

// What editors and systems do to a file, which a compiler says in riddles: as at
// home, see exercise.sh.
#define READABLE                                                               \
    "case $(head -c 2 \"$3\") in "                                             \
    "\"$(printf '\\377\\376')\" | \"$(printf '\\376\\377')\") "                \
    "echo \"It is in UTF-16: save it as UTF-8 (or plain ASCII).\" >&2; "       \
    "exit 3 ;; esac; "                                                         \
    "if LC_ALL=C grep -q \"$(printf '\\032')\" \"$3\"; then "                  \
    "echo \"It has the character Ctrl-Z (1A) in it, as old editors put at the" \
    " end of a file: delete it.\" >&2; exit 3; fi; "

// The compiler sees the source, the header, and the system.
static bool compile(struct job *job, const struct way *way) {
    const char *source = file_path("/sandbox/%s", job->exercise->file);
    const char *header = file_path("%s/headers", job->staging);
    struct command command = {0};
    command_sandbox(&command, pool_worker_index());
    const char *options = file_path("%s/staging/%s", grader.work, way->compile);
    if (!grader.set.unsafe) {
        command_read(&command, options, "/sandbox/compile.options");
        command_read(&command, job->file->path, source);
        command_read(&command, header, "/sandbox/headers");
    }
    const char *end[] = {
        "--",
        "sh",
        "-c",
        READABLE
        "set -f; cd \"${3%/*}\" && \"$1\" @\"$5\" -w -fmax-errors=20 -I \"$2\" "
        "-c -o \"$4/$7\" \"${3##*/}\" && { [ -z \"$6\" ] || objcopy $6 "
        "\"$4/$7\"; } && cat \"$4/$7\" || exit 3",
        "sh",
        grader.set.compiler,
        place(header, "/sandbox/headers"),
        place(job->file->path, source),
        place(job->slot, "/tmp"),
        place(options, "/sandbox/compile.options"),
        way->strip,
        way->object};
    for (size_t i = 0; i < sizeof end / sizeof *end; i++)
        command_add(&command, end[i]);
    struct spawn run = {.input = -1};
    bool ok = run_command(job, &command, &run, LIMIT_OBJECT,
                          GRADE_DOES_NOT_COMPILE, "Compiling");
    if (!ok && !job->ours && job->message[0] == 0)
        task_end_with(job, GRADE_DOES_NOT_COMPILE,
                      "The compiler needs too much time or memory for it.");
    const char *object = file_path("%s/%s", job->slot, way->object);
    if (ok && file_write(object, run.out.bytes, run.out.length, 0644,
                         FILE_SCRATCH) < 0)
        ok = fail_on_our_side(job, object);
    text_pair_free(&run);
    return ok;
}

static bool inspect(struct job *job, const struct way *way) {
    const char *object = file_path("%s/%s", job->slot, way->object);
    const char *required = file_path("%s/required.txt", job->staging);
    const char *imports = file_path("%s/staging/%s", grader.work, way->imports);
    int fd = open(object, O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        return fail_on_our_side(job, object);
    struct command command = {0};
    command_sandbox(&command, pool_worker_index());
    if (!grader.set.unsafe) {
        command_read(&command, required, "/sandbox/required.txt");
        command_read(&command, imports, "/sandbox/imports.txt");
        command_add(&command, "--bring");
    }
    command_add(&command, "--");
    command_add(&command, file_path("%s/staging/inspect", grader.work));
    command_add(&command, place(required, "/sandbox/required.txt"));
    command_add(&command, place(imports, "/sandbox/imports.txt"));
    struct spawn run = {.input = fd};
    bool ok = run_command(job, &command, &run, LIMIT_MESSAGES, GRADE_REFUSED,
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

static bool link_program(struct job *job, const struct way *way) {
    enum { STUDENT, OPTIONS, REQUIRED, PARTS };
    const char *file[PARTS + 8] = {
        file_path("%s/%s", job->slot, way->object),
        file_path("%s/staging/%s", grader.work, way->link),
        file_path("%s/required.txt", job->staging)};
    int files = PARTS;
    for (int i = 0; i < 8 && way->parts[i]; i++)
        file[files++] =
            way->of_exercise[i]
                ? file_path("%s/%s", job->staging, way->parts[i])
                : file_path("%s/staging/%s", grader.work, way->parts[i]);
    char as[PARTS + 8][40];
    struct command command = {0};
    command_sandbox(&command, pool_worker_index());
    for (int i = 0; i < files; i++) {
        snprintf(as[i], sizeof as[i], "/sandbox/%d.o", i);
        if (!grader.set.unsafe)
            command_read(&command, file[i], as[i]);
    }
    const char *end[] = {
        "--",
        "sh",
        "-c",
        "compiler=$1 to=$2 sanitize=$3 libraries=$4 program=$5 student=$6 "
        "options=$7 required=$8; shift 8; "
        "objcopy --keep-global-symbols=\"$required\" \"$student\" "
        "\"$to/local.o\" 2>\"$to/says\" && \"$compiler\" "
        "${sanitize:+-fsanitize=$sanitize} -o \"$to/$program\" \"$@\" "
        "\"$to/local.o\" @\"$options\" $libraries 2>\"$to/says\" && "
        "cat \"$to/$program\" || { "
        "grep -oE '(undefined|multiple) .*' \"$to/says\" | sort -u >&2 || "
        "cat \"$to/says\" >&2; exit 3; }",
        "sh",
        grader.set.compiler,
        place(job->slot, "/tmp"),
        grader.set.sanitize,
        way->libraries,
        way->program};
    for (size_t i = 0; i < sizeof end / sizeof *end; i++)
        command_add(&command, end[i]);
    for (int i = 0; i < files; i++)
        command_add(&command, place(file[i], as[i]));
    struct spawn run = {.input = -1};
    bool ok = run_command(job, &command, &run, LIMIT_DRIVER,
                          GRADE_DOES_NOT_COMPILE, "Linking");
    const char *program = file_path("%s/%s", job->slot, way->program);
    if (ok && file_write(program, run.out.bytes, run.out.length, 0755,
                         FILE_SCRATCH) < 0)
        ok = fail_on_our_side(job, program);
    text_pair_free(&run);
    return ok;
}

bool task_compile(struct job *job) { return compile(job, &driver_way); }
bool task_inspect(struct job *job) { return inspect(job, &driver_way); }

bool task_link(struct job *job) {
    bool ok = link_program(job, &driver_way);
    if (!ok && !job->ours) {
        char says[sizeof job->message];
        strcpy(says, job->message);
        task_end_with(
            job, GRADE_DOES_NOT_COMPILE,
            "It compiles, but does not fit the exercise's header:\n%s", says);
    }
    return ok;
}

bool task_schedules(struct job *job) {
    const char *why = NULL;
    job->schedules = false;
    job->no_schedules[0] = 0;
    if (!job->exercise->scheduled)
        return true;
    // What fails here is not what becomes of the job.
    struct job trial = *job;
    trial.message[0] = 0;
    if (*grader.set.sanitize)
        why = "SANITIZE= and schedules do not go together.";
    else if (compile(&trial, &schedules_way) &&
             inspect(&trial, &schedules_way) &&
             link_program(&trial, &schedules_way))
        job->schedules = true;
    else if (trial.ours) {
        job->ours = true;
        return task_end_with(job, GRADE_NOT_GRADED, "%s", trial.message);
    } else
        why = trial.message;
    if (why)
        snprintf(job->no_schedules, sizeof job->no_schedules,
                 "Schedules were not tried: %.*s", (int)strcspn(why, "\n"),
                 why);
    return true;
}
