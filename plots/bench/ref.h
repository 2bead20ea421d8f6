// SPDX-License-Identifier: MIT
// The references, one family per ref_*.c. See struct side in bench.h.
#ifndef REF_H
#define REF_H

#include "bench.h"

const char *openmp_missing(void);
void openmp_setup(const struct job *job);
double openmp_dynamic(const struct job *job);
double openmp_static(const struct job *job);

const char *glib_missing(void);
void glib_setup(const struct job *job);
double glib_stream(const struct job *job);

void fork_setup(const struct job *job);
double fork_per_task(const struct job *job);
double bare_forks(const struct job *job);
void ping_pong_setup(const struct job *job);
double ping_pong(const struct job *job);
void ping_pong_end(void);

void memcpy_setup(const struct job *job);
double memcpy_in_and_out(const struct job *job);

void ideal_setup(const struct job *job);
double ideal_schedule(const struct job *job);
double ideal_schedule_long_last(const struct job *job);

const char *python_missing(void);
double python_map(const struct job *job);
double python_executor(const struct job *job);
double python_apply(const struct job *job);
double python_process(const struct job *job);
double python_memory(const struct job *job);
const char *perl_missing(void);
double perl_mce(const struct job *job);

#endif
