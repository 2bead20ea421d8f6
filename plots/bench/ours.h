// SPDX-License-Identifier: MIT
// Our sides of the rows. See struct side in bench.h.
#ifndef OURS_H
#define OURS_H

#include "bench.h"

// --- ours.c: time
void map_setup(const struct job *job);
double map_chunk1(const struct job *job);
double map_auto(const struct job *job);
void large_setup(const struct job *job);
double map_large(const struct job *job);
void alloc_setup(const struct job *job);
double map_alloc(const struct job *job);
void stream_setup(const struct job *job);
double stream(const struct job *job);
double roundtrip(const struct job *job);
double create(const struct job *job);
void ours_end(void);

// --- ours_held.c: what pending tasks and idle pools cost; uneven items
void held_setup(const struct job *job);
double pending(const struct job *job);
double memory_all(const struct job *job);
double memory_private(const struct job *job);
void idle_setup(const struct job *job);
double idle_time(const struct job *job);
double idle_switches(const struct job *job);
void uneven_setup(const struct job *job);
double uneven(const struct job *job);
double uneven_long_last(const struct job *job);

struct pool *open_pool(size_t workers);
extern struct pool *pool; // of this measurement

#endif
