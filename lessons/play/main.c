// SPDX-License-Identifier: MIT
// make play [WORKERS=n] [INPUT=folder] [RECORD=file]
//
// Sets up and ends the game, and runs its loop: read the pool, draw, wait a
// tenth of a second or for a key. Where there is no terminal it shows one
// picture when the pool has worked for a moment, and ends.
//
// Runs in: guardian until guard() has forked; then client.
#include "play.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { TICK_MS = 100, ROWS = 24, COLUMNS = 80 };

static struct play play;
static volatile sig_atomic_t ending; // the signal that says so

static void on_end(int number) { ending = number; }

// ---- Settings ---------------------------------------------------------------

static _Noreturn void refuse(const char *name, const char *value,
                             const char *why) {
    fprintf(stderr, "%s=%s: %s.\n", name, value, why);
    exit(2);
}

static size_t workers_wanted(void) {
    const char *text = getenv("WORKERS");
    if (!text || !*text)
        return 4;
    char *end;
    errno = 0;
    unsigned long count = strtoul(text, &end, 10);
    if (*end || errno || *text < '0' || *text > '9' || count < 1 ||
        count > SLOTS)
        refuse("WORKERS", text, "a number from 1 to 64 is needed");
    return count;
}

// The library itself writes the trace of each pool into this file.
static const char *record(void) {
    const char *name = getenv("RECORD");
    if (!name || !*name)
        return NULL;
    FILE *file = fopen(name, "ae");
    if (!file)
        refuse("RECORD", name, strerror(errno));
    fclose(file);
    setenv("POOL_TRACE", name, 1);
    return name;
}

static void choose(void) {
    const char *input = getenv("INPUT");
    play.set = (struct settings){
        .workers = workers_wanted(), .item_ms = 300, .chunk = 4, .rate = 10};
    work_prepare(input && *input ? input : "lessons");
}

static void handle_signals(void) {
    struct sigaction action = {.sa_handler = on_end};
    sigaction(SIGINT, &action, NULL);
    sigaction(SIGTERM, &action, NULL);
    sigaction(SIGHUP, &action, NULL);
}

// ---- With a terminal --------------------------------------------------------

static void draw(struct play *p) {
    static struct screen screen;
    static int rows, columns;
    static bool help;
    int now_rows, now_columns;
    terminal_size(&now_rows, &now_columns);
    bool whole = now_rows != rows || now_columns != columns || help != p->help;
    rows = now_rows;
    columns = now_columns;
    help = p->help;
    int slots = view_slots(p, rows);
    if (p->selected >= 0 && p->selected < p->top)
        p->top = p->selected;
    else if (p->selected >= p->top + slots && slots > 0)
        p->top = p->selected - slots + 1;
    if (!screen_size(&screen, rows, columns))
        return;
    view_draw(p, &screen);
    terminal_show(&screen, whole);
}

static void read_keys(void) {
    struct pollfd input = {.fd = STDIN_FILENO, .events = POLLIN};
    int ready = poll(&input, 1, TICK_MS);
    if (ready > 0 && input.revents & (POLLHUP | POLLERR))
        ending = SIGHUP; // the terminal is gone
    for (int key; (key = terminal_key()) != -1 && !play.quit;)
        keys_press(&play, key);
}

static void one_step(void) {
    watch(&play);
    if (!play.menu.open) // a menu stands over a list that does not move
        play.shown = play.state;
    boss_tick(&play);
    if (play.pool)
        boss_feed(&play, now_ns());
}

static void play_on(void) {
    play.show = draw;
    log_say(
        &play.log, GOOD,
        "Choose a worker with the arrows or its number; K kills it at once.");
    while (!play.quit && !ending) {
        one_step();
        draw(&play);
        read_keys();
    }
    play.show = NULL;
}

// ---- Without ----------------------------------------------------------------

static void show_once(void) {
    struct screen screen = {0};
    size_t enough = play.set.workers * play.set.chunk;
    do {
        one_step();
        poll(NULL, 0, TICK_MS);
    } while (!ending && play.stage == RUNNING &&
             play.state.stats.completed < enough);
    play.read_ns = 0; // the trace as it is now
    one_step();
    log_say(&play.log, PLAIN,
            "There is no terminal that keys could come from, so this is one "
            "picture of the pool, and the end.");
    int rows = ROWS + (int)(play.set.workers > 8 ? play.set.workers : 0);
    if (!screen_size(&screen, rows, COLUMNS))
        return;
    view_draw(&play, &screen);
    for (int row = 0; row < rows - KEY_ROWS; row++) {
        int length = COLUMNS;
        const struct cell *cell = &screen.cell[row * COLUMNS];
        while (length > 0 && cell[length - 1].c == ' ')
            length--;
        for (int i = 0; i < length; i++)
            putchar(cell[i].c);
        putchar('\n');
    }
    free(screen.cell);
}

// ---- From the beginning to the end ------------------------------------------

static void say_goodbye(const char *file) {
    printf("%zu items done, %zu failed, %zu lost; dead workers: %zu.\n",
           play.total.done, play.total.failed, play.total.lost,
           play.total.deaths);
    if (file)
        printf("The run is kept: make viewer TRACE=%s\n", file);
}

int main(void) {
    const char *file;
    bool terminal = terminal_can();
    choose();
    file = record();
    if (terminal)
        guard();
    handle_signals();
    play.client_pid = getpid();
    play.began_ns = now_ns();
    if (!boss_create(&play)) {
        perror("pool_create");
        return 1;
    }
    bool screen = terminal && terminal_begin();
    if (screen)
        play_on();
    else
        show_once();
    boss_destroy(&play);
    if (screen)
        terminal_end();
    free(play.events);
    if (play.failed) {
        fprintf(stderr, "pool_create: %s\n", strerror(play.failed));
        return 1;
    }
    say_goodbye(file);
    return ending ? 128 + ending : 0;
}
