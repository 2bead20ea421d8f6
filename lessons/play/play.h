// SPDX-License-Identifier: MIT
// `make play`: a pool that you can hurt. This header has a banner for each
// file, and all that they share. How to read it: struct play is everything; the
// loop in main.c reads the pool into play->state (watch.c, state.c), draws that
// (view.c), and does what keys say (keys.c, menu.c, boss.c).
//
// Three kinds of process run this code: a guardian, which only waits and gives
// the terminal back; the client, its child, which has the pool and the screen;
// and the pool's workers, which run work.c. The supervisor is the library's.
#ifndef PLAY_H
#define PLAY_H

#include "pool.h"
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

enum {
    SLOTS = 64,       // most workers
    STRIP = 40,       // parts of a strip, which shows
    STRIP_MS = 250,   // so long each, together ten seconds
    LOG_LINES = 200,  // older ones are forgotten
    LOG_TEXT = 320,   // room for a sentence
    PASSES = 256,     // of the input, that may be unfinished at once
    EVENTS = 1 << 18, // of one pool's trace
    PENDING = 20000,  // items: more are not offered
    SENT = 64,        // signals that are remembered
};

#define SECOND UINT64_C(1000000000)
#define MILLISECOND UINT64_C(1000000)

uint64_t now_ns(void);

// ---- work.c: the task. Runs in: worker; what prepares it in the client ------

// Shared by the client and all workers. A worker writes its own place only.
struct shared_page {
    atomic_uint item_ms; // written by the client: how long an item takes
    struct {
        _Atomic uint64_t item;     // number of the item that runs, + 1; or 0
        _Atomic uint64_t begun_ns; // when it began
    } slot[SLOTS];
};

struct work {
    char (*path)[256]; // the files, in order of their names
    size_t files;
    struct shared_page *page;
};
extern struct work work; // made before the pool is, so that workers have it

struct item {
    uint64_t number; // counted from 0 through the whole game
};

// Finds the files, maps the shared page. Ends the program where there are none.
void work_prepare(const char *folder);
const char *work_path(uint64_t item);
pool_task_fn work_count; // counts the words of one file: a uint64_t

// ---- state.c: what is known of the pool. Runs in: client --------------------

enum life { NOBODY, IDLE, BUSY, STOPPED, ZOMBIE, GONE };

enum { WAS_ALIVE = 1, WAS_BUSY = 2, WAS_STOPPED = 4, BIRTH = 8, DEATH = 16 };

struct slot {
    pid_t pid;                 // 0: none; then last_pid is who was here
    pid_t last_pid, first_pid; // first_pid: there before the trace was
    unsigned generation;
    enum life life;
    uint64_t since_ns; // in this state
    uint64_t born_ns;  // 0: with the pool
    bool in_chunk;
    uint64_t item, chunk_end; // numbers; chunk_end is the last one
    uint64_t begun_ns;        // when that item began; 0: not known
    size_t done, failed, lost;
    size_t refused;               // of `failed`: the task said so
    char before[12];              // how the predecessor ended
    unsigned char strip[STRIP];   // WAS_…, the oldest part first
    uint64_t stopped_part[STRIP]; // parts of time in which it was stopped
    // For state_events() alone.
    size_t open;                         // the run that has no end yet, + 1
    uint64_t alive_ns, free_ns, dead_ns; // since when
};

// Which items a submission has.
struct batch {
    uint64_t base; // number of its first item
    uint32_t count, chunk;
};

struct state {
    size_t workers;
    struct slot slot[SLOTS];
    struct slot super;
    struct pool_stats stats;
    double per_second;
    uint64_t born_ns, now_ns; // of the pool; of this picture
    uint64_t ending_ns;       // the pool is ended from then on; 0: it is not
    struct batch *batch;      // submission n is batch[n - 1]
    size_t batches, room;
    struct sent {
        pid_t pid;
        uint64_t ns;
    } sent[SENT]; // the last deadly signals of ours, a ring
    size_t sents;
    // What the deaths of workers have cost, counted from the trace.
    struct cost {
        size_t deaths, lost, again, limit, idle, replaced;
        uint64_t replaced_ns; // together
    } cost;
};

// How one worker died, and what became of its work.
struct death {
    size_t event; // index in the events
    int slot;
    pid_t pid, heir; // heir: 0 as long as there is none
    int status;
    enum { NO_ITEM, LOST, AGAIN, LIMIT, CANCELLED } fate;
    uint64_t item;                  // if it ran one
    uint64_t rest_first, rest_last; // what was left of its chunk
    bool rest;
    int item_to, rest_to;   // slots; -1: nobody yet
    uint64_t heir_after_ns; // after the signal, if it was ours; else the death
    bool ours;
};

void state_begin(struct state *state, size_t workers, uint64_t now);
void state_end(struct state *state);
// Before the submission is made: its callback may look here. False: no memory.
bool state_batch(struct state *state, uint32_t count, uint32_t chunk,
                 uint64_t base);
void state_sent(struct state *state, pid_t pid, uint64_t now);
// A worker that was there when the trace began.
void state_first(struct state *state, unsigned slot, pid_t pid);
// All events of the trace so far, in the order of time.
void state_events(struct state *state, const struct pool_trace_event *events,
                  size_t count, uint64_t now);
// What /proc and the shared page say of a slot, after state_events(). `process`
// is the letter of proc(5), 0: there is none.
void state_look(struct state *state, struct slot *slot, char process,
                uint64_t item, uint64_t begun_ns);
// An item of a submission whose task has failed by itself: whose was it?
int state_refused(struct state *state, const struct pool_trace_event *events,
                  size_t count, size_t batch, uint64_t index);
// The death at events[index], as far as is known by now.
struct death state_death(const struct state *state,
                         const struct pool_trace_event *events, size_t count,
                         size_t index);

// ---- log.c: what happened, and why. Runs in: client -------------------------

enum mood { PLAIN, GOOD, BAD, YOURS };

struct line {
    uint64_t when_ns;
    enum mood mood;
    pid_t death; // of whom it tells, while the sentence may still grow
    char text[LOG_TEXT];
};

struct log {
    struct line line[LOG_LINES]; // a ring
    size_t count;                // ever written
};

void log_say(struct log *log, enum mood mood, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
void log_death(struct log *log, const struct state *state,
               const struct pool_trace_event *events, size_t count, pid_t pid);
// Sentences about deaths that were not complete yet.
void log_grow(struct log *log, const struct state *state,
              const struct pool_trace_event *events, size_t count);
void log_stop_growing(struct log *log); // another trace begins
const struct line *log_line(const struct log *log, size_t number);
void describe_death(char *text, size_t size, const struct death *death);
void describe_status(char *text, size_t size, int status);
void describe_time(char *text, size_t size, uint64_t ns);

// ---- proc.c: processes, from outside. Runs in: client -----------------------

char proc_state(pid_t pid);       // its letter; 0: there is none
int proc_worker_index(pid_t pid); // by its name; -1: not known yet
int proc_open(pid_t pid);         // a pidfd, or -1
bool proc_signal(int pidfd, int number);

// ---- boss.c: what the client does with its pool. Runs in: client ------------

enum stage { RUNNING, CLOSED, JOINING, TERMINATED, ENDED, BROKEN };

struct pass {
    uint64_t number; // from 1; 0: free
    size_t ended, missing;
    uint64_t words;
};

struct settings {
    size_t workers;
    unsigned item_ms, chunk, retries;
    int limit_ms;
    double rate; // items offered in a second
    bool paused;
};

struct menu {
    bool open;
    int slot; // of the process; -1: the supervisor
    pid_t pid;
    int pidfd;
    size_t choice;
};

struct play {
    struct settings set, made; // wanted, and as this pool was made
    struct pool *pool;
    enum stage stage;
    bool again;                // another pool is wanted once this one has ended
    struct state state, shown; // now, and as on the screen
    struct log log;
    struct pass pass[PASSES];
    uint64_t next_item;
    uint64_t words;
    double credit; // items that are due to be offered
    uint64_t fed_ns, began_ns;
    struct pool_trace_event *events;
    size_t count, room, told; // events read; how many deaths the log has
    uint64_t read_cost_ns, read_ns;
    int pidfd[SLOTS], super_fd;
    pid_t pidfd_pid[SLOTS], super_pid;
    bool no_pidfd; // the kernel has none: Linux before 5.3
    bool full;     // the trace is
    int failed;    // errno of a pool that could not be made
    uint64_t sample_ns[64];
    size_t sample_done[64], samples;
    pid_t client_pid;
    struct {
        size_t done, failed, lost, deaths;
    } total; // of the pools that have ended
    // What the keys have changed.
    int selected, top; // a slot, -1: the supervisor; the first that is shown
    struct menu menu;
    bool help, quit;
    const char *blocked;             // the call that the client is inside
    void (*show)(struct play *play); // draws at once; NULL: there is no screen
};

bool boss_create(struct play *play);
void boss_feed(struct play *play, uint64_t now);
void boss_submit(struct play *play, size_t count);
void boss_close(struct play *play);
void boss_terminate(struct play *play);
void boss_join(struct play *play);
void boss_renew(struct play *play);
void boss_tick(struct play *play); // goes on with what waits
void boss_destroy(struct play *play);
const char *boss_stage(const struct play *play);

// ---- watch.c: reads the pool into the state. Runs in: client ----------------

void watch(struct play *play);
void watch_events(struct play *play); // only the trace
void watch_begin(struct play *play);  // a new pool
void watch_end(struct play *play);

// ---- menu.c: signals, named by what the pool will do. Runs in: client -------

struct choice {
    int number;
    const char *effect;
};
const char *menu_signal_name(int number);
size_t menu_choices(const struct play *play, struct choice choices[8]);
void menu_open(struct play *play);
void menu_key(struct play *play, int key);
void menu_send(struct play *play, int slot, pid_t pid, int pidfd, int number);
void menu_target(struct play *play, int number); // the selected one, at once

// ---- keys.c: what each key does. Runs in: client ----------------------------

enum { KEY_ARROW_UP = 1000, KEY_ARROW_DOWN, KEY_REDRAW, KEY_ESCAPE = 27 };

void keys_press(struct play *play, int key);

// ---- screen.c: a page of cells. Runs in: client ----------------------------

enum look {
    NORMAL,
    STRONG,
    DIM,
    TITLE,
    KEYCAP,
    LOOK_BUSY,
    LOOK_NEW,
    LOOK_GONE,
    LOOK_STOP,
    LOOK_IDLE,
    LOOK_YOURS,
    LOOKS,
};

struct cell {
    char c;
    unsigned char look;
};
struct screen {
    int rows, columns;
    struct cell *cell;
};

bool screen_size(struct screen *screen, int rows, int columns);
// Returns how wide that is.
int screen_put(struct screen *screen, int row, int column, enum look look,
               const char *format, ...) __attribute__((format(printf, 5, 6)));
void screen_fill(struct screen *screen, int row, int from, int to,
                 enum look look);
// Prints a sentence on as many rows as it takes, `rows` at most; from `skip`
// on. Returns how many it would take.
int screen_wrap(struct screen *screen, int row, int column, int rows, int skip,
                enum look look, const char *text);

// ---- view.c: draws all of it, and the rows. Runs in: client -----------------

enum { KEY_ROWS = 3 }; // the last rows: keys that work now

void view_draw(const struct play *play, struct screen *screen);
int view_slots(const struct play *play, int rows); // how many have room

// ---- view_below.c: draws what is below the rows. Runs in: client ------------

void view_log(const struct play *play, struct screen *screen, int from, int to);
void view_keys(const struct play *play, struct screen *screen);
void view_menu(const struct play *play, struct screen *screen, int row);
void view_help(struct screen *screen);

// ---- terminal.c: the only one that knows ncurses. Runs in: client ----------

bool terminal_can(void); // false: it is none, or cannot place what it shows
bool terminal_begin(void);
void terminal_show(const struct screen *screen, bool whole);
void terminal_size(int *rows, int *columns);
int terminal_key(void); // -1: none
void terminal_end(void);
void terminal_restore(void); // in the guardian

// ---- guard.c: the terminal is given back, whatever happens ------------------

// Forks: the child returns, and plays. The parent waits, and never returns.
void guard(void);

#endif
