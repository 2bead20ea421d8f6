// SPDX-License-Identifier: MIT
// Tells a run that went wrong in at most twelve lines: of some thousand steps,
// those in which one process was held up, another changed what it had read, and
// it went on with what was no longer true.
//
// Runs in: the runner.
#include "wrapped.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define LINES_MAX 12
#define NEAR 40       // steps of a process before it was held up, and after
#define SOURCE_MAX 40 // columns of source text
#define WIDTH 80
#define LAST 7 // steps to show where none stands out

struct place {
    char file[400];
    char function[64];
    int line;
};

static struct place place[STEPS_MAX];
static bool shown[STEPS_MAX];

static int count(void) { return (int)atomic_load(&control->steps); }

// Where in the source they are: addr2line answers with two lines for each, its
// function and file:line. Addresses lie just behind a call.
static void find_places(const struct sources *sources, const uintptr_t *where,
                        int count, struct place *found) {
    char command[16384], line[400];
    int length = snprintf(command, sizeof command,
                          "addr2line -f -e '%s' 2>/dev/null", sources->program);
    for (int i = 0; i < count; i++) {
        found[i] = (struct place){.line = 0};
        if (length < (int)sizeof command - 40)
            length +=
                snprintf(command + length, sizeof command - (size_t)length,
                         " %#lx", where[i] ? (unsigned long)where[i] - 1 : 0UL);
    }
    FILE *answers = count > 0 ? popen(command, "r") : NULL;
    for (int i = 0; answers && i < count; i++) {
        if (!fgets(line, sizeof line, answers))
            break;
        line[strcspn(line, "\n")] = '\0';
        snprintf(found[i].function, sizeof found[i].function, "%.60s", line);
        char *colon =
            fgets(line, sizeof line, answers) ? strrchr(line, ':') : NULL;
        if (!colon)
            continue;
        *colon = '\0';
        found[i].line = atoi(colon + 1);
        snprintf(found[i].file, sizeof found[i].file, "%s", line);
    }
    if (answers)
        pclose(answers);
}

static void find_shown(const struct sources *sources) {
    static uintptr_t where[STEPS_MAX];
    static struct place found[STEPS_MAX];
    int asked = 0;
    for (int i = 0; i < count(); i++)
        if (shown[i])
            where[asked++] = control->step[i].where;
    find_places(sources, where, asked, found);
    for (int i = count(); i-- > 0;)
        if (shown[i])
            place[i] = found[--asked];
}

// Lines of a scenario mean nothing to a student.
static bool is_scenario(const struct place *at) {
    const char *slash = strrchr(at->file, '/');
    return strcmp(slash ? slash + 1 : at->file, "schedule.c") == 0;
}

static FILE *open_source(const struct sources *sources,
                         const struct place *at) {
    if (at->line <= 0)
        return NULL;
    if (sources->student < 0)
        return fopen(at->file, "re");
    int fd = is_scenario(at) ? -1 : dup(sources->student);
    FILE *file = fd >= 0 ? fdopen(fd, "r") : NULL;
    if (file)
        rewind(file);
    return file;
}

// The line of the source, without what it begins with; cut, if it is long,
// between characters.
static void read_source(const struct sources *sources, const struct place *at,
                        char *text, size_t size) {
    char line[400];
    *text = '\0';
    FILE *file = open_source(sources, at);
    if (!file)
        return;
    for (int number = 1; fgets(line, sizeof line, file); number++) {
        if (number != at->line)
            continue;
        char *start = line + strspn(line, " \t");
        start[strcspn(start, "\r\n")] = '\0';
        snprintf(text, size, "%s", start);
        if (strlen(start) < size)
            break;
        char *end = text + size - 4;
        while (end > text && (*end & 0xc0) == 0x80)
            end--;
        memcpy(end, "...", 4);
        break;
    }
    fclose(file);
}

// Which steps decide ----------------------------------------------------------

static bool writes(const struct step *step) {
    return step->kind == STEP_WRITE || step->kind == STEP_UPDATE;
}

static bool overlap(const struct step *a, const struct step *b) {
    return a->address && b->address && a->address < b->address + b->size &&
           b->address < a->address + a->size;
}

static int before(int slot, int from) { // that process's step before `from`
    while (--from >= 0 && control->step[from].slot != slot) {
    }
    return from;
}

// A process was held up before step `back`. Another has written, meanwhile, a
// place that it had looked at before and comes to again: marks the steps of it.
// How well that tells the fault.
static int mark_conflict(int back, bool mark) {
    const struct step *step = control->step;
    int slot = step[back].slot, held = before(slot, back), score = 0;
    int after = back, looked = 0;
    for (; after < count() && looked < NEAR; after++) {
        if (step[after].slot != slot || !step[after].address ||
            step[after].kind == STEP_CALL)
            continue;
        looked++;
        int read = held, near = 0;
        while (read >= 0 && near < NEAR &&
               !(overlap(&step[read], &step[after]) &&
                 step[read].kind != STEP_CALL)) {
            read = before(slot, read);
            near++;
        }
        int written = -1, other_read = -1;
        for (int i = held + 1; i < back; i++)
            if (step[i].slot != slot && overlap(&step[i], &step[after])) {
                if (writes(&step[i]))
                    written = i;
                else if (other_read < 0 && step[i].kind == STEP_READ)
                    other_read = i;
            }
        if (written < 0)
            continue;
        int worth = 1 + (read >= 0 && near < NEAR) + 2 * writes(&step[after]);
        if (worth > score)
            score = worth;
        if (!mark || worth < 2)
            continue;
        shown[after] = shown[written] = true;
        if (other_read >= 0)
            shown[other_read] = true;
        if (read >= 0 && near < NEAR)
            shown[read] = true;
    }
    return score;
}

static bool begins_with(const struct step *step, const char *words) {
    return step->kind == STEP_CALL &&
           !strncmp(step->words, words, strlen(words));
}

// Who slept, who woke whom.
static bool tells_of_sleep(const struct step *step) {
    return begins_with(step, "sleeps") || begins_with(step, "signals") ||
           begins_with(step, "broadcasts") || begins_with(step, "wakes") ||
           begins_with(step, "adds");
}

static bool somebody_sleeps(void) {
    for (int i = 0; i < control->slots; i++) {
        const struct slot *slot = &control->slot[i];
        if (slot->life == LIFE_WAITING && (slot->wait.kind == WAIT_CONDITION ||
                                           slot->wait.kind == WAIT_FUTEX ||
                                           slot->wait.kind == WAIT_SEMAPHORE))
            return true;
    }
    return false;
}

// The preemption that tells the fault best, and the latest of the best.
static void show_conflict(void) {
    int best = -1, best_score = 0;
    for (int i = 0; i < count(); i++)
        if (control->step[i].preempted) {
            int score = mark_conflict(i, false);
            if (score >= best_score && score > 0) {
                best = i;
                best_score = score;
            }
        }
    if (best >= 0)
        mark_conflict(best, true);
}

// The step in which that process last came to where step `i` writes, if it read
// there and another has written something else since; or -1.
static int outdated_read(int i) {
    const struct step *step = control->step;
    bool changed = false;
    int own = 0;
    for (int j = i - 1; j >= 0 && own < NEAR; j--) {
        own += step[j].slot == step[i].slot;
        if (!overlap(&step[j], &step[i]))
            continue;
        if (step[j].slot == step[i].slot)
            return changed && step[j].kind == STEP_READ ? j : -1;
        changed =
            changed || (writes(&step[j]) && step[j].before != step[j].after);
    }
    return -1;
}

bool explain_lost_update(void) {
    for (int i = 0; i < count(); i++)
        if (control->step[i].kind == STEP_WRITE && outdated_read(i) >= 0)
            return true;
    return false;
}

// The first update that is lost: what it read, what others wrote meanwhile, and
// what they had read. False: there is none.
static bool show_lost_update(void) {
    const struct step *step = control->step;
    int lost = 0, read = -1;
    for (; lost < count(); lost++)
        if (step[lost].kind == STEP_WRITE && (read = outdated_read(lost)) >= 0)
            break;
    if (lost == count())
        return false;
    shown[read] = shown[lost] = true;
    int last = -1;
    for (int i = read + 1; i < lost; i++)
        if (step[i].slot != step[lost].slot && writes(&step[i]) &&
            overlap(&step[i], &step[lost])) {
            if (last < 0) { // the first: with what it had read
                int own = i;
                for (int near = 0; own >= 0 && near < NEAR; near++) {
                    own = before(step[i].slot, own);
                    if (own >= 0 && overlap(&step[own], &step[i]))
                        break;
                }
                if (own >= 0 && overlap(&step[own], &step[i]) &&
                    step[own].kind == STEP_READ)
                    shown[own] = true;
                shown[i] = true;
            }
            last = i;
        }
    if (last >= 0)
        shown[last] = true;
    return true;
}

// One read what another had yet to write, and never came back. False: nobody
// did.
static bool show_early_read(void) {
    const struct step *step = control->step;
    for (int i = count(); i-- > 0;) {
        if (!writes(&step[i]) || step[i].before == step[i].after)
            continue;
        uint64_t came_later = 0; // slots
        for (int j = count(); j-- > 0;) {
            uint64_t its = 1ULL << step[j].slot;
            if (step[j].slot == step[i].slot || !overlap(&step[j], &step[i]))
                continue;
            if (j > i)
                came_later |= its;
            else if (step[j].kind == STEP_READ && !(came_later & its)) {
                shown[i] = shown[j] = true;
                return true;
            }
        }
    }
    return false;
}

static int count_shown(void) {
    int shown_steps = 0;
    for (int i = 0; i < count(); i++)
        shown_steps += shown[i];
    return shown_steps;
}

// It looked, found that it must sleep, and slept; but meanwhile another had
// changed what it looked at.
static void show_outdated_looks(void) {
    const struct step *step = control->step;
    for (int i = 0; i < control->slots; i++) {
        int asleep = before(i, count());
        if (control->slot[i].life != LIFE_WAITING || asleep < 0 ||
            !begins_with(&step[asleep], "sleeps"))
            continue;
        shown[asleep] = true;
        int read = before(i, asleep);
        for (int looked = 0; read >= 0 && looked < 4;
             looked++, read = before(i, read)) {
            if (step[read].kind != STEP_READ)
                continue;
            for (int by = read + 1; by < asleep; by++)
                if (step[by].slot != i && writes(&step[by]) &&
                    overlap(&step[by], &step[read]))
                    shown[read] = shown[by] = true;
        }
    }
}

static void choose_steps(void) {
    bool sleepers = control->verdict == VERDICT_DEADLOCK && somebody_sleeps();
    int room = LINES_MAX - 1;
    if (control->verdict == VERDICT_DEADLOCK)
        for (int i = 0; i < control->slots; i++)
            room -= control->slot[i].life == LIFE_WAITING;
    memset(shown, 0, sizeof shown);
    if (sleepers)
        show_outdated_looks();
    if (!show_lost_update() && !sleepers)
        show_conflict();
    if (count_shown() == 0 && !show_early_read())
        for (int i = count(), left = LAST; i-- > 0 && left > 0; left--)
            shown[i] = true;
    int lines = count_shown();
    // From the end: what the scenario says, and who slept and who woke whom.
    for (int i = count(); i-- > 0 && lines < room;) {
        const struct step *step = &control->step[i];
        if (!shown[i] && ((step->kind == STEP_CALL && step->where == 0) ||
                          (sleepers && tells_of_sleep(step)))) {
            shown[i] = true;
            lines++;
        }
    }
    for (int i = 0; i < count() && lines > room; i++)
        if (shown[i]) { // the earliest tell least
            shown[i] = false;
            lines--;
        }
}

// Printing ---------------------------------------------------------------------

static int lanes(void) {
    int most = control->slots < 6 ? control->slots : 1;
    for (int i = 0; i < count(); i++)
        if (shown[i] && control->step[i].slot >= most)
            most = control->step[i].slot + 1;
    return most;
}

static void print_step(const struct sources *sources, int i, int width) {
    const struct step *step = &control->step[i];
    char source[SOURCE_MAX], where[16] = "", what[60];
    int room = WIDTH - 2 - 2 * width - 37;
    room = room < 8 ? 8 : room < SOURCE_MAX ? room : SOURCE_MAX;
    read_source(sources, &place[i], source, (size_t)room);
    if (place[i].line > 0)
        snprintf(where, sizeof where, "line %d", place[i].line);
    if (step->kind == STEP_CALL)
        snprintf(what, sizeof what, "%s", step->words);
    else if (step->size > 8)
        snprintf(what, sizeof what, "%s %d bytes",
                 writes(step) ? "writes" : "reads", step->size);
    else if (step->kind == STEP_READ)
        snprintf(what, sizeof what, "reads %lld", (long long)step->before);
    else if (step->kind == STEP_WRITE)
        snprintf(what, sizeof what, "writes %lld", (long long)step->after);
    else
        snprintf(what, sizeof what, "%lld becomes %lld",
                 (long long)step->before, (long long)step->after);
    printf("  ");
    for (int lane = 0; lane < width; lane++)
        printf(" %c", lane == step->slot ? slot_letter(lane) : '.');
    if (step->where && *source)
        printf("  %-8s %-25s %s\n", where, what, source);
    else
        printf("  %-8s %s\n", where, what);
}

static void describe_lock(int i, uintptr_t lock, char *what, size_t size) {
    snprintf(what, size, "for a lock");
    for (int j = 0; j < LOCKS_MAX; j++) {
        int holder = control->held[j].slot;
        if (control->held[j].lock != lock)
            continue;
        const struct slot *its = &control->slot[holder];
        if (holder == i)
            snprintf(what, size, "for a lock that it holds itself");
        else
            snprintf(what, size, "for a lock that %c holds%s",
                     slot_letter(holder),
                     its->killed               ? ", which was killed"
                     : its->life == LIFE_ENDED ? ", which has ended"
                                               : "");
    }
}

static void print_waiting(const struct sources *sources, int i) {
    const struct slot *slot = &control->slot[i];
    const struct wait *wait = &slot->wait;
    char what[100];
    struct place at;
    find_places(sources, &wait->where, 1, &at);
    switch (wait->kind) {
    case WAIT_CHILD:
        if ((int)wait->object > 0 && slot_of_pid((pid_t)wait->object) >= 0)
            snprintf(what, sizeof what, "for its child %c",
                     slot_letter(slot_of_pid((pid_t)wait->object)));
        else
            snprintf(what, sizeof what, "for a child");
        break;
    case WAIT_LOCK:
        describe_lock(i, wait->object, what, sizeof what);
        break;
    case WAIT_BARRIER:
        snprintf(what, sizeof what, "at a barrier: nobody else comes");
        break;
    case WAIT_CONDITION:
        snprintf(what, sizeof what, "on a condition: nobody is left to signal");
        break;
    case WAIT_SEMAPHORE:
        snprintf(what, sizeof what, "for a semaphore");
        break;
    case WAIT_FUTEX:
        snprintf(what, sizeof what, "on a futex: nobody is left to wake it");
        break;
    case WAIT_DESCRIPTOR:
        snprintf(what, sizeof what, "for a pipe");
        if ((int)wait->object >= 0)
            snprintf(what, sizeof what, "for descriptor %d", (int)wait->object);
        break;
    case WAIT_SIGNAL:
        snprintf(what, sizeof what, "for a signal");
        break;
    case WAIT_THREAD:
        snprintf(what, sizeof what, "for thread %c",
                 slot_letter((int)wait->object));
        break;
    }
    printf("    %c waits %s", slot_letter(i), what);
    if (at.line > 0 && !is_scenario(&at))
        printf(" (%.30s, line %d)", at.function, at.line);
    printf("\n");
}

static void print_fault(const struct sources *sources) {
    struct place at;
    find_places(sources, &control->fault_where, 1, &at);
    switch (control->verdict) {
    case VERDICT_NONE:
        printf("Nothing goes wrong in this schedule.\n");
        break;
    case VERDICT_LOST_UPDATE:
        printf("An update is lost: another process wrote in between.\n");
        break;
    case VERDICT_FAULT:
        printf("%s", control->fault);
        if (at.line > 0)
            printf(" (line %d)", at.line);
        printf(".\n");
        break;
    case VERDICT_DEADLOCK:
        printf("A deadlock: each of them waits for another.\n");
        break;
    case VERDICT_STILL:
        printf(
            "Nothing moves: a process loops without touching shared memory, "
            "or sleeps in a\ncall that schedules do not know. This cannot be "
            "tried here.\n");
        break;
    case VERDICT_TOO_LONG:
        printf("More than %d steps: this schedule was given up. Nothing is "
               "said of it.\n",
               STEPS_MAX);
        break;
    case VERDICT_CANNOT:
        printf("This cannot be tried here: %s.\n", control->fault);
        break;
    }
}

void explain_steps(const struct sources *sources) {
    for (int i = 0; i < count(); i++)
        shown[i] = true;
    find_shown(sources);
    for (int i = 0; i < count(); i++)
        print_step(sources, i, control->slots);
}

void explain(const struct sources *sources, const char *about,
             const char *again) {
    printf("%s.\n", about);
    print_fault(sources);
    if (control->verdict != VERDICT_FAULT &&
        control->verdict != VERDICT_DEADLOCK &&
        control->verdict != VERDICT_LOST_UPDATE)
        return;
    choose_steps();
    find_shown(sources);
    for (int i = 0; i < count(); i++)
        if (shown[i])
            print_step(sources, i, lanes());
    if (control->verdict == VERDICT_DEADLOCK)
        for (int i = 0; i < control->slots; i++)
            if (control->slot[i].life == LIFE_WAITING)
                print_waiting(sources, i);
    printf("Again: %s\n", again);
}
