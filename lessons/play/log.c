// SPDX-License-Identifier: MIT
// The log: what happened, and why. A death is told as soon as the trace has it;
// its sentence grows until it says who has got the work, and who the place.
//
// Runs in: client.
#include "play.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>

static struct line *new_line(struct log *log, enum mood mood) {
    struct line *line = &log->line[log->count++ % LOG_LINES];
    *line = (struct line){.when_ns = now_ns(), .mood = mood};
    return line;
}

void log_say(struct log *log, enum mood mood, const char *format, ...) {
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(new_line(log, mood)->text, LOG_TEXT, format, arguments);
    va_end(arguments);
}

const struct line *log_line(const struct log *log, size_t number) {
    return number < log->count && number + LOG_LINES >= log->count
               ? &log->line[number % LOG_LINES]
               : NULL;
}

// ---- Words ------------------------------------------------------------------

void describe_status(char *text, size_t size, int status) {
    if (WIFSIGNALED(status))
        snprintf(text, size, "signal %d", WTERMSIG(status));
    else
        snprintf(text, size, "exit %d", WEXITSTATUS(status));
}

void describe_time(char *text, size_t size, uint64_t ns) {
    if (ns < MILLISECOND)
        snprintf(text, size, "%.0f us", (double)ns / 1e3);
    else if (ns < 10 * MILLISECOND)
        snprintf(text, size, "%.1f ms", (double)ns / 1e6);
    else if (ns < SECOND)
        snprintf(text, size, "%.0f ms", (double)ns / 1e6);
    else
        snprintf(text, size, "%.1f s", (double)ns / 1e9);
}

// Adds to a text that may be full.
static void add(char *text, size_t size, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
static void add(char *text, size_t size, const char *format, ...) {
    size_t used = strlen(text);
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(text + used, size - used, format, arguments);
    va_end(arguments);
}

static void add_item(char *text, size_t size, const struct death *death) {
    switch (death->fate) {
    case NO_ITEM:
        add(text, size, " between two items: nothing is lost");
        break;
    case LOST:
        add(text, size, " while it ran item %" PRIu64 ": lost", death->item);
        break;
    case LIMIT:
        add(text, size, ": item %" PRIu64 " has failed", death->item);
        break;
    case AGAIN:
        add(text, size, " while it ran item %" PRIu64 ": ", death->item);
        if (death->item_to >= 0)
            add(text, size, "%sworker %d runs it again",
                death->item_to == death->slot ? "the new " : "",
                death->item_to);
        else
            add(text, size, "it is to be run again");
        break;
    case CANCELLED:
        add(text, size, ": item %" PRIu64 " is cancelled", death->item);
        break;
    }
}

static void add_rest(char *text, size_t size, const struct death *death) {
    if (!death->rest || death->fate == CANCELLED)
        return;
    add(text, size, "; %" PRIu64, death->rest_first);
    if (death->rest_last > death->rest_first)
        add(text, size, " to %" PRIu64, death->rest_last);
    bool one = death->rest_last == death->rest_first;
    if (death->rest_to >= 0)
        add(text, size, " %s to %sworker %d", one ? "goes" : "go",
            death->rest_to == death->slot ? "the new " : "", death->rest_to);
    else
        add(text, size, " %s for a worker", one ? "waits" : "wait");
}

void describe_death(char *text, size_t size, const struct death *death) {
    char how[32];
    describe_status(how, sizeof how, death->status);
    snprintf(text, size, "worker %d (pid %d) ", death->slot, (int)death->pid);
    if (death->fate == LIMIT)
        add(text, size, "killed by the supervisor, its item ran too long");
    else
        add(text, size, "%s %s",
            WIFSIGNALED(death->status) ? "killed by" : "ended with", how);
    add_item(text, size, death);
    add_rest(text, size, death);
    if (death->heir) {
        char time[32];
        describe_time(time, sizeof time, death->heir_after_ns);
        add(text, size, "; pid %d in its place after %s", (int)death->heir,
            time);
    } else {
        add(text, size, "; nobody in its place yet");
    }
}

// ---- Deaths -----------------------------------------------------------------

// Events may move on by one when an older one turns up, so a line remembers the
// process, and finds its death again.
static void tell(struct line *line, const struct state *state,
                 const struct pool_trace_event *events, size_t count) {
    size_t index = count;
    while (index > 0 && (events[index - 1].kind != POOL_TRACE_DEATH ||
                         events[index - 1].pid != line->death))
        index--;
    if (index == 0)
        return;
    struct death death = state_death(state, events, count, index - 1);
    describe_death(line->text, sizeof line->text, &death);
    bool item_waits = death.fate == AGAIN && death.item_to < 0;
    if (death.heir && !item_waits && (!death.rest || death.rest_to >= 0))
        line->death = 0;
}

void log_death(struct log *log, const struct state *state,
               const struct pool_trace_event *events, size_t count, pid_t pid) {
    struct line *line = new_line(log, BAD);
    line->death = pid;
    tell(line, state, events, count);
}

void log_grow(struct log *log, const struct state *state,
              const struct pool_trace_event *events, size_t count) {
    for (size_t i = 0; i < LOG_LINES; i++)
        if (log->line[i].death)
            tell(&log->line[i], state, events, count);
}

void log_stop_growing(struct log *log) {
    for (size_t i = 0; i < LOG_LINES; i++)
        log->line[i].death = 0;
}
