// SPDX-License-Identifier: MIT
// Signals, named by what the pool will do. As long as the menu is open the list
// stands still, and the signal goes to the process that was chosen: its pidfd
// is held meanwhile. If that process is gone, nothing is sent, and the log says
// so.
//
// Runs in: client.
#include "play.h"

#include <errno.h>
#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

static const struct choice super_choices[] = {
    {SIGKILL, "dies at once; all workers die with it, and the pool "
              "is broken"},
    {SIGSTOP, "stands still: workers go on, those that die are not "
              "replaced"},
    {SIGCONT, "goes on, and makes up for what it has missed"},
    {SIGTERM, "nothing: it blocks all that can be blocked"},
};

static const char *death_costs(const struct play *play) {
    const struct slot *slot = &play->shown.slot[play->menu.slot];
    if (!slot->in_chunk)
        return "dies at once; it runs no item, so nothing is lost";
    if (play->made.retries)
        return "dies at once; another worker runs its item again";
    return "dies at once; its item is lost, the rest of its chunk is not";
}

static const char *stop_costs(const struct play *play) {
    if (!play->shown.slot[play->menu.slot].in_chunk)
        return "stands still; it has no item that would wait";
    if (play->made.limit_ms)
        return "stands still, until its item has run too long; then killed";
    return "stands still and keeps its chunk: nobody takes that over";
}

size_t menu_choices(const struct play *play, struct choice choices[8]) {
    if (play->menu.slot < 0) {
        memcpy(choices, super_choices, sizeof super_choices);
        return sizeof super_choices / sizeof *super_choices;
    }
    const struct choice worker_choices[] = {
        {SIGKILL, death_costs(play)},
        {SIGSEGV, "the same, as if its task had used a bad pointer"},
        {SIGTERM, "the same: no worker catches it"},
        {SIGSTOP, stop_costs(play)},
        {SIGCONT, "goes on where it was stopped"},
        {SIGINT, "nothing: Ctrl-C is for the client to answer"},
    };
    memcpy(choices, worker_choices, sizeof worker_choices);
    return sizeof worker_choices / sizeof *worker_choices;
}

static void name_target(char *text, size_t size, int slot, pid_t pid) {
    if (slot < 0)
        snprintf(text, size, "supervisor (pid %d)", (int)pid);
    else
        snprintf(text, size, "worker %d (pid %d)", slot, (int)pid);
}

const char *menu_signal_name(int number) {
    return number == SIGKILL   ? "SIGKILL"
           : number == SIGSEGV ? "SIGSEGV"
           : number == SIGTERM ? "SIGTERM"
           : number == SIGSTOP ? "SIGSTOP"
           : number == SIGCONT ? "SIGCONT"
                               : "SIGINT";
}

static void say_gone(struct play *play, int slot, const char *name) {
    if (play->no_pidfd) {
        log_say(&play->log, BAD,
                "this kernel has no pidfd (Linux 5.3 has): nothing was sent");
        return;
    }
    pid_t heir = slot < 0 ? 0 : play->state.slot[slot].pid;
    if (heir)
        log_say(&play->log, BAD,
                "%s is gone already: nothing was sent; pid %d has its place",
                name, (int)heir);
    else
        log_say(&play->log, BAD, "%s is gone already: nothing was sent", name);
}

// What follows from a signal that kills nobody.
static void describe_effect(char *text, size_t size, const struct play *play,
                            int slot, int number) {
    const struct slot *shown = &play->shown.slot[slot < 0 ? 0 : slot];
    text[0] = '\0';
    if (number == SIGSTOP && slot < 0)
        snprintf(text, size, ": nobody replaces a worker that dies now");
    else if (number == SIGSTOP && shown->in_chunk)
        snprintf(text, size,
                 ": it keeps what is left of its chunk, up to item "
                 "%" PRIu64,
                 shown->chunk_end);
    else if (number == SIGINT || (number == SIGTERM && slot < 0))
        snprintf(text, size, ": it takes no notice");
}

// How far it was, if that signal kills it.
static void describe_loss(char *text, size_t size, int slot, uint64_t now) {
    uint64_t item = slot < 0 ? 0 : atomic_load(&work.page->slot[slot].item);
    uint64_t begun =
        slot < 0 ? 0 : atomic_load(&work.page->slot[slot].begun_ns);
    char time[32];
    text[0] = '\0';
    if (!item || begun >= now)
        return;
    describe_time(time, sizeof time, now - begun);
    snprintf(text, size, ", %s into item %" PRIu64, time, item - 1);
}

void menu_send(struct play *play, int slot, pid_t pid, int pidfd, int number) {
    char name[64], what[120];
    name_target(name, sizeof name, slot, pid);
    uint64_t now = now_ns();
    if (pid && proc_state(pid) == 'Z') {
        log_say(&play->log, BAD,
                "%s is dead already, but nobody has reaped it: nothing was "
                "sent",
                name);
        return;
    }
    if (pidfd < 0 || !proc_signal(pidfd, number)) {
        say_gone(play, slot, name);
        return;
    }
    bool deadly = number == SIGKILL || number == SIGSEGV || number == SIGTERM;
    if (deadly)
        state_sent(&play->state, pid, now);
    if (deadly && slot >= 0)
        describe_loss(what, sizeof what, slot, now);
    else
        describe_effect(what, sizeof what, play, slot, number);
    log_say(&play->log, YOURS, "you: %s to %s%s", menu_signal_name(number),
            name, what);
}

// The process that is selected, as it was shown, and its pidfd, -1 if that is
// not held any more. 0: there is none.
static pid_t selected(struct play *play, int *pidfd) {
    int slot = play->selected;
    const struct slot *shown =
        slot < 0 ? &play->shown.super : &play->shown.slot[slot];
    if (!shown->pid)
        log_say(&play->log, BAD, "there is no process in that row now");
    bool same = slot < 0 || play->pidfd_pid[slot] == shown->pid;
    int fd = slot < 0 ? play->super_fd : play->pidfd[slot];
    *pidfd = same ? fd : -1;
    return shown->pid;
}

void menu_target(struct play *play, int number) {
    int pidfd;
    pid_t pid = selected(play, &pidfd);
    if (pid)
        menu_send(play, play->selected, pid, pidfd, number);
}

void menu_open(struct play *play) {
    int pidfd;
    pid_t pid = selected(play, &pidfd);
    if (pid)
        play->menu = (struct menu){.open = true,
                                   .slot = play->selected,
                                   .pid = pid,
                                   .pidfd = pidfd >= 0 ? dup(pidfd) : -1};
}

static void menu_close(struct menu *menu) {
    if (menu->pidfd >= 0)
        close(menu->pidfd);
    menu->open = false;
}

void menu_key(struct play *play, int key) {
    struct menu *menu = &play->menu;
    struct choice choices[8];
    size_t count = menu_choices(play, choices);
    if (key == KEY_ARROW_UP || key == KEY_ARROW_DOWN) {
        size_t step = key == KEY_ARROW_DOWN ? 1 : count - 1;
        menu->choice = (menu->choice + step) % count;
        return;
    }
    bool digit = key >= '1' && key < '1' + (int)count;
    if (digit)
        menu->choice = (size_t)(key - '1');
    if (digit || key == '\n' || key == '\r')
        menu_send(play, menu->slot, menu->pid, menu->pidfd,
                  choices[menu->choice].number);
    else if (key != KEY_ESCAPE && key != 'q' && key != 'k')
        return;
    menu_close(menu);
}
