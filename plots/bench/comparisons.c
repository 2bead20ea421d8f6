// SPDX-License-Identifier: MIT
// What the benchmark compares with what, and the goals: our promises about
// speed and memory. The variants are those of ../measure/variants.c.
#include "bench.h"

// The reference and what it is called in ten columns; then what is special.
#define ROW(label, kind_of_goal, the_goal, our, other, called, ...)            \
    {                                                                          \
        .name = label, .kind = kind_of_goal, .goal = the_goal, .ours = our,    \
        .reference = other, .brief = called, ##__VA_ARGS__                     \
    }
#define PENDING(label, count, ...)                                             \
    ROW("pending-" label, RATIO_AT_MOST, 2, count " pending", "1,000 pending", \
        "1,000", ##__VA_ARGS__)

const struct comparison comparisons[] = {
    ROW("map-chunk1", RATIO_AT_MOST, 1, "pool_map, chunks of 1",
        "OpenMP, dynamic,1", "OpenMP"),
    // The first passes of a new pool: its workers touch its memory.
    ROW("map-auto", RATIO_AT_MOST, 1.5, "pool_map",
        "OpenMP, static, memcpy in and out", "OpenMP"),
    ROW("map-warm", RATIO_AT_MOST, 1.5, "pool_map, warm pool",
        "OpenMP, static, memcpy in and out", "OpenMP"),
    ROW("map-large", RATIO_AT_MOST, 1.5, "pool_map, items of 1 MiB",
        "memcpy in, loop, memcpy out", "memcpy"),
    ROW("map-alloc", RATIO_AT_MOST, 0.1, "the same, in pool_alloc memory",
        "memcpy in, loop, memcpy out", "memcpy"),
    ROW("stream", RATIO_AT_MOST, 1, "pool_apply_async", "GLib thread pool",
        "GLib"),
    ROW("stream-fastest", RATIO_AT_MOST, 1, "pool_apply_async",
        "GLib thread pool, fastest of 10", "GLib"),
    PENDING("1e4", "10,000"),
    PENDING("1e5", "100,000"),
    PENDING("1e6", "1,000,000"),
    PENDING("2e6", "2,000,000"),
    PENDING("1e7", "10,000,000", .on_request = true),
    ROW("apply", RATIO_AT_MOST, 1, "pool_apply",
        "futex ping-pong of two processes", "ping-pong"),
    ROW("create", RATIO_AT_MOST, 1.2, "pool_create, 8 workers, first task",
        "9 forks, until the first child runs", "9 forks"),
    ROW("fork-per-task", RATIO_AT_LEAST, 10000, "pool_map, chunks of 1",
        "fork beside a million items", "fork"),
    ROW("python-map", RATIO_AT_LEAST, 500, "pool_map, chunks of 1",
        "Python Pool.map", "Python"),
    ROW("python-executor", TIMES_CHEAPER, 0, "pool_map, chunks of 1",
        "Python ProcessPoolExecutor.map", "Python"),
    ROW("python-apply", RATIO_AT_LEAST, 50, "pool_apply", "Python Pool.apply",
        "Python"),
    ROW("perl-mce", TIMES_CHEAPER, 0, "pool_map, chunks of 1", "Perl MCE::Map",
        "Perl"),
    ROW("memory", OURS_AT_MOST, 160, "bytes of a pending task",
        "bytes of a task of Python's Pool", "Python", .unit = BYTES),
    ROW("memory-private", TIMES_CHEAPER, 0, "of them, private to the client",
        NULL, "", .unit = BYTES),
    ROW("idle-cpu", OURS_AT_MOST, 0, "CPU time of an idle pool, in 1 s", NULL,
        ""),
    ROW("idle-switches", OURS_AT_MOST, 0,
        "context switches of an idle pool, in 1 s", NULL, "", .unit = COUNT),
    ROW("map-256", RATIO_AT_MOST, 2, "pool_map, chunks of 1, 256 workers",
        "pool_map, chunks of 1, 2 workers", "2 workers"),
    ROW("stream-256", RATIO_AT_MOST, 2, "pool_apply_async, 256 workers",
        "pool_apply_async, 2 workers", "2 workers"),
    ROW("uneven", RATIO_AT_MOST, 1.1,
        "pool_map, 1 of 20 items 50 times as long", "ideal schedule", "ideal"),
    ROW("uneven-last", RATIO_AT_MOST, 1.1, "the same, the long ones last",
        "ideal schedule, the long ones last", "ideal"),
    // A student's pool beside the library's: there with POOL=mine only.
    ROW("my-apply", TIMES_AS_LONG, 0, "my pool_apply", "pool_apply", "library"),
    ROW("my-async", TIMES_AS_LONG, 0, "my pool_apply_async", "pool_apply_async",
        "library"),
    ROW("my-map", TIMES_AS_LONG, 0, "my pool_map", "pool_map", "library"),
};

const size_t comparison_count = sizeof comparisons / sizeof *comparisons;
