// SPDX-License-Identifier: MIT
// The run: a pool task per student and exercise that is not finished yet. Each
// task leaves its part on disk by itself; here we only count, show how far it
// is, and put a student's result together when his last part is there.
//
// Runs in: client.
#define _GNU_SOURCE
#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "files.h"
#include "grade.h"
#include "progress.h"

static volatile sig_atomic_t caught;

static void note_signal(int sig) { caught = sig; }

void grade_catch_signals(void) {
    struct sigaction action = {.sa_handler = note_signal};
    sigaction(SIGINT, &action, NULL);
    sigaction(SIGTERM, &action, NULL);
    sigaction(SIGHUP, &action, NULL);
    signal(SIGPIPE, SIG_IGN);
}

_Noreturn static void stop(struct pool *pool) {
    pool_destroy(pool); // kills the workers; what they had started goes, too
    file_remove_all(grader.work);
    progress_end();
    fprintf(stderr,
            "Stopped. What is graded is kept in %s; the same command goes on "
            "with the rest.\n",
            grader.set.out);
    exit(128 + caught);
}

void grade_wait(struct pool *pool, struct pool_result *result) {
    while (pool_result_wait(result, 100) == POOL_ETIMEDOUT)
        if (caught)
            stop(pool);
    if (caught)
        stop(pool);
}

// The run's state, for callbacks. ---------------------------------------------

static struct {
    struct task_end *end; // of each student's each exercise, for run.json
    int *left;            // parts that a student still lacks
    int done, failed;
    bool full;                          // OUT: there is no use in going on
    char why[POOL_MESSAGE_SIZE + 1000]; // the first failure
} run;

static struct task_end *end_of(const struct task_item *item) {
    return &run.end[item->student * grader.exercises + item->exercise];
}

// It failed on our side. That ends the run only where nothing more can be
// written; otherwise it is nobody else's loss.
static void fail(const char *why) {
    const char *probe = file_path("%s/work/probe", grader.set.out);
    static const char some[8192];
    if (run.failed++ == 0)
        snprintf(run.why, sizeof run.why, "%s", why);
    run.full |= file_write(probe, some, sizeof some, 0644, FILE_SCRATCH) < 0;
}

static void write_student(int i) {
    if (grade_write_student(&grader.student[i]) < 0)
        fail(file_path("%s/students/%s cannot be written: %s", grader.set.out,
                       grader.student[i].id, strerror(errno)));
}

// It ran into the pool's limit: that is its result.
static int write_time_limit(const struct task_item *item, double *seconds) {
    *seconds = LIMIT_TASK_S;
    return part_write(
        &grader.student[item->student], item->exercise, GRADE_TIME_LIMIT,
        "It takes longer than all checks together may take.", NULL, *seconds);
}

// A task has ended, well or not.
static void task_done(struct pool_result *result, void *user) {
    const struct task_item *item = user;
    const struct student *student = &grader.student[item->student];
    const struct exercise_info *exercise = &grader.exercise[item->exercise];
    struct task_result got = {.status = GRADE_NOT_GRADED};
    int status = pool_result_status(result);
    const char *why = pool_result_message(result);
    if (status == POOL_ECANCELLED)
        return; // Ctrl-C
    if (status == 0)
        pool_result_get(result, &got, sizeof got, 0);
    else if (status == POOL_ETIMELIMIT &&
             write_time_limit(item, &got.seconds) == 0)
        got.status = GRADE_TIME_LIMIT;
    else if (status == POOL_ETIMELIMIT)
        why = strerror(errno);
    if (got.status == GRADE_NOT_GRADED)
        fail(file_path("%s, exercise %d: %s", student->shown, exercise->number,
                       why));
    *end_of(item) = (struct task_end){got.status, got.seconds};
    if (--run.left[item->student] == 0)
        write_student(item->student);
    progress_show(++run.done, student->shown, exercise->number,
                  grade_status_name[got.status], got.score, exercise->max);
}

// What an earlier run has finished is not graded again.
static bool is_finished(const struct task_item *item) {
    const struct student *student = &grader.student[item->student];
    struct task_end *end = end_of(item);
    const char *status = "";
    if (!student->file[item->exercise]) {
        end->status = student->read ? GRADE_MISSING : GRADE_UNREADABLE;
        return true;
    }
    json_t *part = part_read(student, item->exercise);
    end->status = GRADE_NOT_GRADED;
    json_unpack(part, "{s:s, s:F}", "status", &status, "seconds",
                &end->seconds);
    for (int i = 0; i < GRADE_STATUSES; i++)
        if (strcmp(status, grade_status_name[i]) == 0)
            end->status = (enum grade_status)i;
    json_decref(part);
    return end->status != GRADE_NOT_GRADED;
}

static struct task_item *list_tasks(int *count) {
    size_t most = (size_t)grader.students * (size_t)grader.exercises + 1;
    struct task_item *item = calloc(most, sizeof *item);
    run.end = calloc(most, sizeof *run.end);
    run.left = calloc(most, sizeof *run.left);
    if (!item || !run.left || !run.end)
        grade_die("Out of memory.");
    for (int s = 0; s < grader.students; s++) {
        for (int e = 0; e < grader.exercises; e++) {
            struct task_item it = {s, e};
            if (is_finished(&it))
                continue;
            item[(*count)++] = it;
            run.left[s]++;
        }
        if (run.left[s] == 0)
            write_student(s);
    }
    return item;
}

static void run_tasks(struct task_item *item, int count) {
    struct pool_options options = {
        .workers = (size_t)(count < grader.set.jobs ? count : grader.set.jobs),
        .task_timeout_ms = LIMIT_TASK_S * 1000,
        .max_retries = 1};
    struct pool *pool = pool_create(&options);
    if (!pool)
        grade_die("No pool can be made: %s", strerror(errno));
    int error = 0;
    for (int i = 0; i < count && !error; i++)
        error = pool_apply_async(pool, task_grade, &item[i], sizeof item[i],
                                 sizeof(struct task_result), task_done,
                                 &item[i], NULL);
    while (run.done < count && !run.full && !error) {
        if (caught)
            stop(pool);
        int ran = pool_poll(pool, 100);
        error = ran < 0 ? ran : 0;
        progress_tick();
    }
    pool_destroy(pool);
    if (error)
        fail(pool_strerror(error));
}

int grade_all(void) {
    struct timespec from, now;
    clock_gettime(CLOCK_MONOTONIC, &from);
    int count = 0;
    struct task_item *item = list_tasks(&count);
    progress_begin(count, grader.students * grader.exercises);
    if (count > 0)
        run_tasks(item, count);
    progress_end();
    clock_gettime(CLOCK_MONOTONIC, &now);
    double seconds = (double)(now.tv_sec - from.tv_sec) +
                     (double)(now.tv_nsec - from.tv_nsec) / 1e9;
    if (grade_write_class(run.end, seconds) < 0)
        fail(file_path("%s cannot be written: %s", grader.set.out,
                       strerror(errno)));
    free(item);
    free(run.left);
    free(run.end);
    if (!run.failed)
        return 0;
    fprintf(stderr,
            "Not all is graded: %s\nWhat is graded is kept in %s; the same "
            "command goes on with the rest.\n",
            run.why, grader.set.out);
    return 1;
}
