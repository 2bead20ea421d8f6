// SPDX-License-Identifier: MIT
// Grades one exercise of one student: has a driver made of his file
// (task_build.c), has it judged, and writes the part that this is of his
// result. What fails on the student's side ends with a status and a sentence;
// what fails on ours fails the pool's task.
//
// Runs in: workers.
#define _GNU_SOURCE
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "files.h"
#include "task.h"

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
    struct command sandbox = {0}, command = {0};
    command_sandbox(&sandbox, pool_worker_index());
    const char *begin[] = {file_path("%s/judge", job->staging),
                           "--seed",
                           seed,
                           "--uid",
                           sandbox.uid,
                           "--source",
                           job->file->path};
    for (size_t i = 0; i < sizeof begin / sizeof *begin; i++)
        command_add(&command, begin[i]);
    if (job->schedules) {
        command_add(&command, "--schedules");
        command_add(&command, file_path("%s/schedule", job->slot));
    } else if (*job->no_schedules) {
        command_add(&command, "--no-schedules");
        command_add(&command, job->no_schedules);
    }
    command_add(&command, file_path("%s/driver", job->slot));
    if (!grader.set.unsafe) {
        command_add(&command, "--");
        for (int i = 0; i < sandbox.words; i++)
            command_add(&command, sandbox.word[i]);
        command_add(&command, "--orphans"); // the judge wants to see them
        command_add(&command, "--bring");
        command_add(&command, "--");
    }
    struct spawn run = {.argv = (char *const *)command.word,
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
        task_end_with(job, GRADE_NOT_GRADED, "The judge did not finish: %.*s",
                      LIMIT_MESSAGE_KEPT, run.err.bytes ? run.err.bytes : "");
        json_decref(said);
        said = NULL;
    }
    job->result = said;
    text_free(&run.out);
    text_free(&run.err);
    return ok;
}

static void grade(struct job *job) {
    job->status = GRADE_GRADED;
    job->message[0] = 0;
    job->ours = false;
    if (task_compile(job) && task_inspect(job) && task_link(job) &&
        task_schedules(job))
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
                      .staging = grader.exercise[item->exercise].staging};
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
