// SPDX-License-Identifier: MIT
// Grades one exercise of one student: compile, inspect, link, judge, and write
// the part that this is of his result. What fails on the student's side ends
// with a status and a sentence; what fails on ours fails the pool's task.
//
// Runs in: workers.
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "box.h"
#include "files.h"
#include "grade.h"
#include "pool.h"

struct job {
    const struct student *student;
    const struct exercise_info *exercise;
    const struct handed_in *file;
    int index; // of the exercise
    char slot[PATH_MAX];
    const char *kit;
    // What came of it.
    enum grade_status status;
    char message[LIMIT_MESSAGE_KEPT + 200];
    json_t *result;
    bool ours; // it failed on our side: message says how
};

static bool end_with(struct job *job, enum grade_status status,
                     const char *format, ...)
    __attribute__((format(printf, 3, 4)));
static bool end_with(struct job *job, enum grade_status status,
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
    return end_with(job, GRADE_NOT_GRADED, "%s: %s", what, strerror(errno));
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
        return end_with(job, GRADE_NOT_GRADED, "The sandbox failed: %.*s",
                        LIMIT_MESSAGE_KEPT, says);
    }
    if (end == SPAWN_TOO_LONG)
        return end_with(job, otherwise, "%s takes more than %d seconds.", what,
                        LIMIT_BOX_WALL_S);
    if (end == SPAWN_FLOODED)
        return end_with(job, otherwise, "%s makes too much of it.\n%.*s", what,
                        LIMIT_MESSAGE_KEPT / 2, says);
    return end_with(job, otherwise, "%.*s", LIMIT_MESSAGE_KEPT, says);
}

static void text_pair_free(struct spawn *run) {
    text_free(&run->out);
    text_free(&run->err);
}

// The compiler sees the source, the header, and the system.
static bool compile(struct job *job) {
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
        "cd \"${3%/*}\" && \"$1\" -std=gnu11 -Wall -Wextra -O1 -I \"$2\" -c "
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
        end_with(job, GRADE_DOES_NOT_COMPILE,
                 "The compiler needs too much time or memory for it.");
    const char *object = file_path("%s/student.o", job->slot);
    if (ok && file_write(object, run.out.bytes, run.out.length, 0644) < 0)
        ok = fail_on_our_side(job, object);
    text_pair_free(&run);
    return ok;
}

static bool inspect(struct job *job) {
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
        end_with(job, GRADE_REFUSED, "%.*s", LIMIT_MESSAGE_KEPT, run.out.bytes);
    else if (!ok && !job->ours && job->message[0] == 0)
        end_with(job, GRADE_REFUSED, "Its object file cannot be looked at.");
    text_pair_free(&run);
    close(fd);
    return ok;
}

static bool link_driver(struct job *job) {
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
        "\"$@\" -lm -lpthread && cat \"$to/driver\" || exit 3",
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
        end_with(job, GRADE_DOES_NOT_COMPILE,
                 "It compiles, but does not fit the exercise's header:\n%s",
                 says);
    }
    const char *driver = file_path("%s/driver", job->slot);
    if (ok && file_write(driver, run.out.bytes, run.out.length, 0755) < 0)
        ok = fail_on_our_side(job, driver);
    text_pair_free(&run);
    return ok;
}

// The judge's word, but only in the shape that was fixed before: the same
// checks, each worth what it is worth. The score is added up here.
static bool take_result(struct job *job, json_t *said) {
    json_t *checks = json_object_get(said, "checks"), *check;
    json_t *fixed = json_object_get(job->exercise->nothing, "checks");
    int score = 0;
    size_t i;
    if (json_array_size(checks) != json_array_size(fixed))
        return false;
    json_array_foreach(checks, i, check) {
        json_t *wanted = json_array_get(fixed, i);
        json_t *passed = json_object_get(check, "passed");
        if (!json_equal(json_object_get(check, "name"),
                        json_object_get(wanted, "name")) ||
            !json_equal(json_object_get(check, "max"),
                        json_object_get(wanted, "max")) ||
            !json_is_boolean(passed))
            return false;
        json_int_t points =
            json_integer_value(json_object_get(check, "points"));
        if (points != (json_is_true(passed)
                           ? json_integer_value(json_object_get(wanted, "max"))
                           : 0))
            return false;
        score += (int)points;
    }
    return score == json_integer_value(json_object_get(said, "score"));
}

// A driver that did not come to its main() is not the student's fault.
static bool did_not_start(json_t *said) {
    json_t *check;
    size_t i;
    json_array_foreach(json_object_get(said, "checks"), i, check) {
        json_t *cause = json_object_get(check, "cause");
        const char *expected =
            json_string_value(json_object_get(cause, "expected"));
        if (expected && strcmp(expected, "the driver starts") == 0)
            return true;
    }
    return false;
}

static bool judge(struct job *job) {
    char seed[24];
    snprintf(seed, sizeof seed, "%llu", (unsigned long long)grader.set.seed);
    struct line box = {0}, line = {0};
    line_sandbox(&box, pool_worker_index());
    const char *begin[] = {
        file_path("%s/judge", job->kit),  "--seed", seed, "--uid", box.uid,
        file_path("%s/driver", job->slot)};
    for (size_t i = 0; i < sizeof begin / sizeof *begin; i++)
        line_add(&line, begin[i]);
    if (!grader.set.unsafe) {
        line_add(&line, "--");
        for (int i = 0; i < box.words; i++)
            line_add(&line, box.word[i]);
        line_add(&line, "--bring");
        line_add(&line, "--");
    }
    struct spawn run = {.argv = (char *const *)line.word,
                        .input = -1,
                        .most_out = LIMIT_RESULT,
                        .most_err = LIMIT_MESSAGES};
    enum spawn_end end = spawn(&run); // the pool's time limit is its limit
    json_error_t error;
    json_t *said = run.out.bytes ? json_loads(run.out.bytes, 0, &error) : NULL;
    bool ok = end == SPAWN_EXITED && run.status == 0 && said &&
              !did_not_start(said) && take_result(job, said);
    if (!ok) {
        job->ours = true;
        end_with(job, GRADE_NOT_GRADED, "The judge did not finish: %.*s",
                 LIMIT_MESSAGE_KEPT, run.err.bytes ? run.err.bytes : "");
        json_decref(said);
        said = NULL;
    }
    job->result = said;
    text_pair_free(&run);
    return ok;
}

static void grade(struct job *job) {
    job->status = GRADE_GRADED;
    job->message[0] = 0;
    job->ours = false;
    if (compile(job) && inspect(job) && link_driver(job))
        judge(job);
}

int task_grade(const void *arg, size_t arg_size, void *result,
               size_t result_size) {
    (void)arg_size;
    (void)result_size;
    const struct task_item *item = arg;
    struct task_result *to = result;
    struct timespec from, now;
    spawn_adopt_orphans();
    clock_gettime(CLOCK_MONOTONIC, &from);
    struct job job = {.student = &grader.student[item->student],
                      .exercise = &grader.exercise[item->exercise],
                      .file =
                          grader.student[item->student].file[item->exercise],
                      .index = item->exercise,
                      .kit = grader.exercise[item->exercise].kit};
    snprintf(job.slot, sizeof job.slot, "%s/slot%d", grader.work,
             pool_worker_index());
    if (slot_make(job.slot, pool_worker_index()) < 0)
        return pool_fail("%s: %s", job.slot, strerror(errno));
    grade(&job);
    if (job.ours) // once more: the machine may have been short of something
        grade(&job);
    clock_gettime(CLOCK_MONOTONIC, &now);
    to->seconds = (double)(now.tv_sec - from.tv_sec) +
                  (double)(now.tv_nsec - from.tv_nsec) / 1e9;
    to->status = job.status;
    to->score =
        job.result
            ? (int)json_integer_value(json_object_get(job.result, "score"))
            : 0;
    if (job.ours)
        return pool_fail("%s", job.message);
    if (part_write(job.student, job.index, job.status, job.message, job.result,
                   to->seconds) < 0)
        return pool_fail("%s cannot be written: %s",
                         part_path(job.student, job.index), strerror(errno));
    return 0;
}
