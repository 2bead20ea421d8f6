// SPDX-License-Identifier: MIT
/// @file pool.h
/// A pool of worker processes: the library's only public header.
///
/// A pool is made once and used often: its workers are forked by
/// pool_create() and then live on, taking one task after the other. The calls
/// are those of Python's `multiprocessing.Pool`.
///
/// Three kinds of process are at work, and every comment below says which one
/// runs what:
///
/// - the **client** is your program. It creates the pool and submits tasks. It
///   gets no hidden thread, no signal handler, and one child: the supervisor;
/// - the **supervisor** (`pool-super` in `ps`) forks the workers, watches them
///   and replaces those that die;
/// - the **workers** (`pool-worker-0` …) run the tasks.
///
/// Conventions. Sizes are in bytes, timeouts in milliseconds; #POOL_FOREVER
/// waits without limit and 0 looks without waiting. A function that returns
/// `int` gives 0 for success or a negative #pool_error, and a wrong argument is
/// such an error, never a crash.
///
/// Threads. One thread at a time may use a pool, with its results, iterators
/// and queues; two pools in two threads are fine. Create pools before you start
/// threads, because pool_create() forks. In a worker, only the thread that runs
/// the task calls pool_fail() and uses queues. pool_strerror(), pool_version()
/// and pool_worker_index() may be called by any thread at any time.
///
/// Signals. In a handler call only those three: no other function is
/// async-signal-safe. Set a flag there, or write to a pipe that you poll beside
/// pool_fd(). A signal that is handled ends no wait: it goes on until its
/// timeout.
///
/// After fork(). A pool belongs to the process that made it. In a child of that
/// process, calls with it return #POOL_EINVAL, NULL or 0 and do nothing;
/// pool_destroy() does nothing, so the child may call it, and it may make pools
/// of its own. A child that a task has forked is no worker: pool_worker_index()
/// is -1 there, and if it returns from the task, it ends. A program that calls
/// exec stays the same process: its pools end when that does.
#ifndef POOL_H
#define POOL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <sys/types.h>

#ifdef __cplusplus
extern "C" {
#endif
#pragma GCC visibility push(default) // all else in the library is hidden
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wshadow" // pool_stats() and struct pool_stats

/// The version of this header: major × 10000 + minor × 100 + patch. Of the
/// library that a program runs with: pool_version().
#define POOL_VERSION 20000

/// Wait without limit: a value for every `timeout_ms`.
#define POOL_FOREVER (-1)

/// Most workers one pool may have.
#define POOL_MAX_WORKERS 1024

/// Room for one error message with its final NUL. Longer ones are cut.
#define POOL_MESSAGE_SIZE 512

/// What can go wrong. Every function that returns `int` returns 0 or one of
/// these; pool_strerror() has a sentence for each.
enum pool_error {
    POOL_EINVAL = -1,      ///< A wrong argument, or a pool of another process.
    POOL_ENOMEM = -2,      ///< The arena or the process is out of memory.
    POOL_ECLOSED = -3,     ///< Closed or terminated: "pool not running".
    POOL_ERUNNING = -4,    ///< pool_join() came first: "pool is still running".
    POOL_ENOTREADY = -5,   ///< The result is not there yet.
    POOL_ETIMEDOUT = -6,   ///< The timeout passed; the task still runs.
    POOL_ETASK = -7,       ///< The task function returned non-zero.
    POOL_ELOST = -8,       ///< The worker died while it ran the item.
    POOL_ETIMELIMIT = -9,  ///< The item ran too long; its worker was killed.
    POOL_ECANCELLED = -10, ///< pool_terminate() came before the item was done.
    POOL_EBROKEN = -11,    ///< The pool itself is gone: its supervisor died.
    POOL_ESYS = -12,       ///< A system call failed; `errno` says why.
    POOL_ENOROOM = -13,    ///< The worker had no memory for the item's result.
};

/// A pool of worker processes. Client only.
struct pool;
/// The handle of one submitted task or map. Client only.
struct pool_result;
/// The results of one pool_imap(), one after the other. Client only.
struct pool_iter;
/// A bounded queue that client and tasks share. Any process of its pool.
struct pool_queue;

/// A task: works on one item. Runs in a worker.
///
/// It may print: stdout is flushed before its result is published, a stream of
/// its own before its worker sleeps or ends by itself. It may start threads: one
/// that keeps a stream's lock, as in fgets(), holds nobody up, and what another
/// prints into a stream that it keeps waits until it lets go.
///
/// A task, or an initialiser, that calls exit(), err(3) or quick_exit() ends its
/// worker, and the item is lost with that status in its message. The buffers of
/// streams are written, and handlers of the worker's own run (atexit(3)), but
/// nothing that the program has registered before pool_create(): no temporary
/// file is removed, no input of the client is moved back. The same holds for a
/// child that a task forks. (With musl the status is always 1.)
///
/// What survives a worker: commands and other children that a task has started
/// and not waited for. They become the supervisor's children and go on, after
/// pool_terminate() and pool_destroy() too; pool_join() and pool_terminate() wait
/// up to a second for them, to no purpose if they are daemons. Another pool that
/// a task has made ends with its worker. Ctrl-C reaches commands as it would
/// without a pool, although workers ignore it: after fork() SIGINT has its
/// default action again; where system(3), popen(3) or posix_spawn(3) have
/// passed on that it is ignored, the supervisor sends SIGTERM instead. No system
/// call of a task is interrupted by that.
///
/// To debug a task: run it in the client, `fn(arg, size, result, size)`, or stop
/// a worker in gdb with `set follow-fork-mode child` and `set
/// detach-on-fork off`, or `gdb -p` its process id (pool_worker_pids(); a task
/// that waits in `for (;;) pause();` is easily found); trace all processes with
/// `strace -f`; look for memory errors with `valgrind --trace-children=yes` or a
/// sanitizer, whose reports of a task's crash come out and whose worker then
/// exits. Leak checks and coverage (gcov) of tasks need a #pool_fini_fn. A core
/// dump has all of a worker but the arena.
///
/// @param arg          the item, read-only where the kernel lets the pool map
///                     it twice (not under Valgrind); aligned for any type
/// @param arg_size     its size
/// @param result       where the result goes: private memory of the worker that
///                     ends at a guard page, so writing past it crashes this
///                     worker and nothing else. Aligned for every type whose
///                     size divides `result_size`. Its bytes are not cleared.
/// @param result_size  its size
/// @return 0 for success. Anything else makes the item fail with #POOL_ETASK;
///         `return pool_fail("…")` adds a message.
typedef int pool_task_fn(const void *arg, size_t arg_size, void *result,
                         size_t result_size);

/// Prepares a worker before its first task. Runs once in every worker,
/// replacements included.
///
/// To limit the memory of tasks, set RLIMIT_DATA here: it counts what a worker
/// has for itself. RLIMIT_AS counts the arena too, up to three times
/// `pool_options.memory`: set below what a worker has mapped already, it leaves
/// no room for results, and every item that has one fails with #POOL_ENOROOM.
/// @param init_arg  pool_options.init_arg, as it was at pool_create()
/// @return 0, or non-zero: this worker is not fit. A pool whose workers keep
///         failing here ends with #POOL_EBROKEN.
typedef int pool_init_fn(void *init_arg);

/// Ends a worker after its last task, for what its initialiser has opened.
/// Runs once in every worker whose initialiser has succeeded and that ends by
/// itself: in pool_join() after pool_close(), or because another takes its
/// place (`max_tasks_per_worker`). Not in one that is killed (pool_terminate(),
/// pool_destroy(), a time limit, a crash) or that a task ends by exit(). What it
/// prints comes out. pool_join() gives it five seconds, then kills the worker.
/// Workers leave by _exit(2), so this is the place to call `__gcov_dump()` or a
/// leak checker. Python has none.
/// @param init_arg  pool_options.init_arg, as it was at pool_create()
typedef void pool_fini_fn(void *init_arg);

/// Makes the items of a pool_imap() one by one. Runs in the client, inside
/// pool_imap() and pool_iter_next().
/// @param state      as given to pool_imap()
/// @param item       to be filled
/// @param item_size  its size
/// @return 1 for an item, 0 for the end, negative for an error, which ends the
///         iteration and comes out of pool_iter_next() as it is
typedef int pool_source_fn(void *state, void *item, size_t item_size);

/// Is told that a result is ready. Runs in the client, inside a `pool_*` call,
/// exactly once for each result, be it a success or a failure. May submit,
/// close and terminate. It must return: once one has left by longjmp(), calls
/// that wait for others return #POOL_EINVAL, and pool_destroy() is what is left
/// to do (C++ must not let an exception out of it). Built with musl, the
/// library cannot tell that, and pool_destroy() then does nothing.
/// @param result  ready: pool_result_get() does not wait
/// @param user    as given with the task
typedef void pool_callback_fn(struct pool_result *result, void *user);

/// How a pool is to be. Zero, for each field, is the default.
struct pool_options {
    /// 0: one per CPU that this process may run on, or that the cgroup's quota
    /// allows, rounded up.
    size_t workers;
    bool on_demand;     ///< Start a worker only when a task finds none idle.
    pool_init_fn *init; ///< Called in each new worker; NULL: nothing is.
    void *init_arg;     ///< Handed to `init`.
    /// Items that a worker runs before another takes its place, in the middle
    /// of a chunk too; 0: no limit. (Python's `maxtasksperchild` counts
    /// chunks.)
    size_t max_tasks_per_worker;
    /// Milliseconds that one item may run; then its worker is killed and
    /// replaced, and the item fails with #POOL_ETIMELIMIT. 0: no limit. It is
    /// time by the clock: what the program is stopped for (Ctrl-Z) counts.
    int task_timeout_ms;
    /// How often an item is run again whose worker died, at most 65535. 0: it
    /// fails with #POOL_ELOST. More suits only tasks that may run twice.
    unsigned max_retries;
    /// Most bytes of shared memory. 0: half of the machine's memory, or of what
    /// the cgroup allows, 64 GiB at most. It is taken as it is used, also after
    /// mlockall(MCL_FUTURE), which does not hold for it. Address space is
    /// reserved at once, at most three times as much, and of what RLIMIT_AS or
    /// strict overcommit leave a quarter at most: then the pool has less. There
    /// is room for the messages of memory / 512 pending chunks: of more, the
    /// later ones fail with pool_strerror()'s words.
    size_t memory;
    pool_fini_fn *fini; ///< Called in each worker that ends; NULL: nothing is.
};

/// What a pool is doing. Counts items, not chunks.
struct pool_stats {
    size_t workers;   ///< Workers alive now.
    size_t idle;      ///< Those of them that run no item.
    size_t pending;   ///< Items submitted and not finished.
    size_t submitted; ///< All items ever submitted.
    size_t completed; ///< Items whose task returned 0.
    /// Items with #POOL_ETASK, #POOL_ETIMELIMIT or #POOL_ENOROOM.
    size_t failed;
    size_t lost;      ///< Items with #POOL_ELOST.
    size_t respawned; ///< Workers started in place of one that ended.
    pid_t supervisor; ///< Process id; 0 once it is gone.
};

/// What one pool_trace_event tells.
enum pool_trace_kind {
    POOL_TRACE_SUBMIT = 1, ///< The client submitted items; no worker.
    POOL_TRACE_RUN,        ///< A worker ran items.
    POOL_TRACE_DEATH,      ///< A worker, or the supervisor, ended.
    POOL_TRACE_START,      ///< A worker, or the supervisor, was forked.
};

/// One event of a pool's trace. Times are CLOCK_MONOTONIC nanoseconds.
struct pool_trace_event {
    uint64_t begin_ns; ///< When it happened, or began.
    uint64_t end_ns;   ///< When a submission or run ended; 0: it never did.
    uint64_t task;     ///< Number of the submission, from 1; 0: none.
    uint64_t first;    ///< Index of the first item.
    uint32_t count;    ///< Items from `first` on.
    int32_t worker;    ///< Index of the worker; -1: none.
    pid_t pid;         ///< Its process id; of a submission, the client's.
    /// Of #POOL_TRACE_DEATH: from waitpid(); of #POOL_TRACE_START: the process
    /// id of the parent.
    int32_t status;
    enum pool_trace_kind kind; ///< Which of the four it is.
    /// Of #POOL_TRACE_RUN: 0, or the error of its first item that failed. Of
    /// #POOL_TRACE_DEATH, and of the run it cut short: what became of the item
    /// `first`, if `count` is 1: #POOL_ELOST, #POOL_ETIMELIMIT,
    /// #POOL_ECANCELLED, or 0: it is run again.
    int32_t error;
};

/// @name A pool's life
/// @{

/// Makes a pool: maps the arena, forks the supervisor, which forks the workers.
/// Blocks until every worker has been forked (none yet with `on_demand`);
/// initialisers may still be running. Flushes all output streams first, so that
/// nothing buffered is printed twice. Workers see the program as it is now:
/// later changes of variables and later opened files do not reach them.
///
/// Runs in the client, which may itself be a task: a pool in a pool's worker
/// ends with that worker. Python: `Pool(processes, initializer, initargs,
/// maxtasksperchild)`. That workers are forked by a process that does nothing
/// else is Apache's and nginx's way.
///
/// After unshare(CLONE_NEWPID) the processes of a pool are in the new PID
/// namespace, and so are the process ids that it tells, but for the
/// supervisor's. If that is the namespace's first process, its end ends the
/// namespace, and the program can fork no more. Needs a Linux with
/// pidfd_open(2), 5.3; else: ENOTSUP.
/// @param options  copied; NULL: all defaults
/// @return the pool, to be ended with pool_destroy(); or NULL, with `errno`:
///         EINVAL (a wrong option), ENOMEM, ENOTSUP (a Linux older than 4.14),
///         or what the system call set
struct pool *pool_create(const struct pool_options *options);

/// Ends submission; what was submitted still finishes. Twice is fine. Never
/// blocks. Runs in the client. Python: `Pool.close()`.
/// @param pool  the pool
/// @return 0, or #POOL_EINVAL
int pool_close(struct pool *pool);

/// Kills all workers now, whatever they run, with SIGKILL. Every unfinished
/// result becomes ready, and callbacks run: with #POOL_ECANCELLED, or where an
/// item of it had failed before, still with the status and message of that one.
/// Its items that were cut off have #POOL_ECANCELLED. Blocks for
/// the moments that takes, until every worker is gone, even where a task ignores
/// every signal; one that the kernel itself cannot end (it waits for a disk that
/// does not answer) is given up after half a minute. Twice is fine. Runs in the
/// client.
///
/// Python: `Pool.terminate()`, which sends SIGTERM, waits for tasks that ignore
/// it, and leaves unfinished results without an answer.
/// @param pool  the pool
/// @return 0, or #POOL_EINVAL
int pool_terminate(struct pool *pool);

/// Waits until nothing is pending: every result is ready and every callback has
/// been called, also those of tasks that callbacks submit meanwhile. The pool
/// may be closed or not. Inside a callback it waits for results only. Runs in
/// the client, and so do callbacks that fall due. Python has none; GNU make and
/// the shell say `wait`.
/// @param pool        the pool
/// @param timeout_ms  how long to wait
/// @return 0, also of a broken pool, where nothing is pending; #POOL_ETIMEDOUT;
///         #POOL_EINVAL
int pool_wait(struct pool *pool, int timeout_ms);

/// Waits until every result is ready and every process of the pool has ended
/// and been reaped, running callbacks that fall due. Comes after pool_close()
/// or pool_terminate(). Twice is fine. Results, messages and statistics can be
/// read until pool_destroy(). Workers have five seconds to end by themselves (see
/// #pool_fini_fn), then they are killed as by pool_terminate(). Runs in the
/// client. Python: `Pool.join()`.
/// @param pool  the pool
/// @return 0; #POOL_ERUNNING at once if neither came before; #POOL_EINVAL
int pool_join(struct pool *pool);

/// Terminates and joins where that has not been done, then frees the pool with
/// all its results, iterators, queues and shared memory. Does not wait for
/// tasks: close and join first for that. Runs in the client; does nothing in a
/// callback or in another process. Python: the end of a `with Pool()` block.
/// @param pool  the pool; NULL is fine
void pool_destroy(struct pool *pool);

/// @}
/// @name Submitting tasks
/// All of it runs in the client. Inputs are copied, unless they lie in
/// pool_alloc() memory: those are read in place and must stay as they are until
/// the result is ready. Items and results may be up to 4 GiB - 1 byte each. A
/// size of 0 goes with a NULL pointer.
///
/// A submission that fails returns #POOL_EINVAL, #POOL_ENOMEM (the arena is
/// full: wait for results and free them), #POOL_ECLOSED or #POOL_EBROKEN. Then
/// nothing was submitted, and no callback comes.
/// @{

/// Runs one task and waits for it: submit, wait, get. Blocks until its result
/// is there, running callbacks of other tasks that fall due. A loop of it keeps
/// one worker busy. Python: `Pool.apply()`.
/// @param pool         the pool
/// @param fn           the task; must have been in the program at pool_create()
/// @param arg          its argument, copied
/// @param arg_size     size of it
/// @param result       receives the result; untouched after an error of the
///                     submission, zero bytes if the task failed
/// @param result_size  size of it
/// @return 0; #POOL_ETASK, #POOL_ELOST, #POOL_ETIMELIMIT, #POOL_ENOROOM,
///         #POOL_ECANCELLED or #POOL_EBROKEN of the task; or an error of the
///         submission
int pool_apply(struct pool *pool, pool_task_fn *fn, const void *arg,
               size_t arg_size, void *result, size_t result_size);

/// Submits one task and returns at once. Python: `Pool.apply_async()`, whose
/// callbacks run in a helper thread.
/// @param pool         the pool
/// @param fn           the task; must have been in the program at pool_create()
/// @param arg          its argument, copied before this returns
/// @param arg_size     size of it
/// @param result_size  size of its result
/// @param callback     told when it is ready; NULL: nobody is
/// @param user         handed to the callback, never looked at
/// @param out          receives the handle, which is yours until
///                     pool_result_free() or pool_destroy(). NULL: the pool
///                     frees the result after the callback
/// @return 0, or an error of the submission
int pool_apply_async(struct pool *pool, pool_task_fn *fn, const void *arg,
                     size_t arg_size, size_t result_size,
                     pool_callback_fn *callback, void *user,
                     struct pool_result **out);

/// Runs a task for each of `count` items and waits for all of them. Results are
/// in the order of the items, whatever order they ran in. One that fails stops
/// none of the others; its own result reads as zero bytes.
///
/// Python: `Pool.map()` and, as items are of any type, `Pool.starmap()`. Chunks
/// are what OpenMP calls `schedule(dynamic, chunksize)`.
/// @param pool         the pool
/// @param fn           the task; must have been in the program at pool_create()
/// @param items        an array of `count` items
/// @param count        how many; 0: success at once
/// @param item_size    size of one
/// @param results      an array of `count` results
/// @param result_size  size of one
/// @param chunksize    items a worker takes at a time; 0: the library chooses,
///                     some thirty chunks for each worker. Larger than asked
///                     for where there would be more than 2²⁴ chunks
/// @return 0, or the error of the failing item with the lowest index, or an
///         error of the submission
int pool_map(struct pool *pool, pool_task_fn *fn, const void *items,
             size_t count, size_t item_size, void *results, size_t result_size,
             size_t chunksize);

/// Submits a map and returns as soon as its items are copied. `count` 0 is
/// ready at once, and its callback is called all the same. Python:
/// `Pool.map_async()`.
/// @param pool         the pool
/// @param fn           the task; must have been in the program at pool_create()
/// @param items        an array of `count` items, copied before this returns
/// @param count        how many
/// @param item_size    size of one
/// @param result_size  size of one result
/// @param chunksize    as for pool_map()
/// @param callback     told once, when all items are done; NULL: nobody is
/// @param user         handed to the callback
/// @param out          receives the handle, as in pool_apply_async(); or NULL
/// @return 0, or an error of the submission
int pool_map_async(struct pool *pool, pool_task_fn *fn, const void *items,
                   size_t count, size_t item_size, size_t result_size,
                   size_t chunksize, pool_callback_fn *callback, void *user,
                   struct pool_result **out);

/// Runs a task for each item that a source makes, asking for at most `window`
/// items ahead of those fetched: an endless source runs in bounded memory.
/// Results come in the order of the items. Does not wait for tasks, but asks
/// the source for the first items.
///
/// Python: `Pool.imap()`, which reads the whole input without a bound.
/// @param pool         the pool
/// @param fn           the task; must have been in the program at pool_create()
/// @param source       makes the items, in the client
/// @param state        handed to it
/// @param item_size    size of an item
/// @param result_size  size of a result
/// @param window       most items in flight; 0: eight per worker. Fewer where
///                     the arena has no room for more
/// @param out          receives the iterator, which is yours until
///                     pool_iter_free() or pool_destroy()
/// @return 0, or an error of the submission
int pool_imap(struct pool *pool, pool_task_fn *fn, pool_source_fn *source,
              void *state, size_t item_size, size_t result_size, size_t window,
              struct pool_iter **out);

/// As pool_imap(), but results come as they finish; the index that
/// pool_iter_next() gives tells which is which. Python:
/// `Pool.imap_unordered()`.
/// @param pool         the pool
/// @param fn           the task; must have been in the program at pool_create()
/// @param source       makes the items, in the client
/// @param state        handed to it
/// @param item_size    size of an item
/// @param result_size  size of a result
/// @param window       as for pool_imap()
/// @param out          receives the iterator
/// @return 0, or an error of the submission
int pool_imap_unordered(struct pool *pool, pool_task_fn *fn,
                        pool_source_fn *source, void *state, size_t item_size,
                        size_t result_size, size_t window,
                        struct pool_iter **out);

/// Waits for the next result of an iterator, and asks the source for further
/// items. An error is that item's only, and iteration goes on, except after
/// #POOL_ETIMEDOUT (ask again) and after an error of the source or of a
/// submission (then comes the end). Python: `next()`.
/// @param iter        the iterator
/// @param result      receives the result, zero bytes of a failed item; may be
///                    NULL
/// @param index       receives the item's number, from 0; may be NULL
/// @param timeout_ms  how long to wait
/// @return 1 for an item, 0 for the end, or the error of that item
int pool_iter_next(struct pool_iter *iter, void *result, size_t *index,
                   int timeout_ms);

/// Frees an iterator. Items in flight still run; their results are dropped.
/// Never blocks.
/// @param iter  the iterator; NULL is fine
void pool_iter_free(struct pool_iter *iter);

/// @}
/// @name Results
/// The handles of pool_apply_async() and pool_map_async(), in the client. They
/// are yours until pool_result_free() or pool_destroy(). Python: `AsyncResult`.
/// @{

/// Waits until a result is ready, running callbacks that fall due: its own one
/// has been called when this returns. Python: `AsyncResult.wait()`, which does
/// not say whether it timed out.
/// @param result      the handle
/// @param timeout_ms  how long to wait; the task goes on after it
/// @return 0 once it is ready, be it a success or not; #POOL_ETIMEDOUT;
///         #POOL_EINVAL
int pool_result_wait(struct pool_result *result, int timeout_ms);

/// Whether a result is ready. Never blocks. Python: `AsyncResult.ready()`.
/// @param result  the handle
/// @return true once it is, be it a success or not
bool pool_result_ready(struct pool_result *result);

/// How a task went, of a map the failing item with the lowest index. Never
/// blocks. Python: `AsyncResult.successful()`.
/// @param result  the handle
/// @return 0 or its error; #POOL_ENOTREADY before it is ready; #POOL_EINVAL
int pool_result_status(struct pool_result *result);

/// How one item of a map went. Never blocks.
/// @param result  the handle
/// @param index   the item's number, from 0
/// @return 0 or its error; #POOL_ENOTREADY before the whole result is ready;
///         #POOL_EINVAL: there is no such item
int pool_result_item_status(struct pool_result *result, size_t index);

/// Waits for a result and copies it out, any number of times. A map's results
/// come as one array, those of failing items as zero bytes. Python:
/// `AsyncResult.get()`, which raises the error and then hands out nothing.
/// @param result      the handle
/// @param out         receives the result; NULL with `out_size` 0: only wait
/// @param out_size    room there: at least count × result_size, or 0
/// @param timeout_ms  how long to wait
/// @return pool_result_status(), or #POOL_ETIMEDOUT: the task still runs and a
///         later call may succeed; #POOL_EINVAL: too little room
int pool_result_get(struct pool_result *result, void *out, size_t out_size,
                    int timeout_ms);

/// Why it failed: the task's own words from pool_fail(), or "worker 4711 killed
/// by signal 9 (Killed)", of a map those of the failing item with the lowest
/// index. Never blocks.
/// @param result  the handle
/// @return a string that lives as long as the result; "" on success and before
///         it is ready; never NULL
const char *pool_result_message(struct pool_result *result);

/// Frees a result, before it is ready too: the task still runs and a callback
/// is still called. Never blocks.
/// @param result  the handle; NULL is fine
void pool_result_free(struct pool_result *result);

/// @}
/// @name Callbacks and event loops
/// @{

/// Runs callbacks that are due, waiting for the first if there is none yet.
/// Does not wait when no callback is outstanding, nor inside a callback. Runs
/// in the client, and so do the callbacks. Python has a thread for it; this is
/// how libuv and curl's multi interface do it.
/// @param pool        the pool
/// @param timeout_ms  how long to wait
/// @return how many ran, 0 after the timeout; or #POOL_EINVAL
int pool_poll(struct pool *pool, int timeout_ms);

/// A descriptor for poll(2) and epoll(7), readable when pool_poll() has
/// something to do. Do not read from it. Owned by the pool until
/// pool_destroy(), close-on-exec, the same at every call. Runs in the client.
/// @param pool  the pool
/// @return the descriptor; #POOL_EINVAL, or #POOL_ESYS with `errno`
int pool_fd(struct pool *pool);

/// @}
/// @name Inside a task
/// @{

/// Fails with a message: `return pool_fail("bad line %d", n);`. Runs in a
/// worker; elsewhere it only returns #POOL_ETASK. Python: `raise`.
/// @param format  as for printf(3); the text is cut at #POOL_MESSAGE_SIZE
/// @return #POOL_ETASK
int pool_fail(const char *format, ...) __attribute__((format(printf, 1, 2)));

/// Which worker this is: as OpenMP's `omp_get_thread_num()`. A replacement has
/// the index of the one that died.
/// @return 0 … workers - 1 in a worker; -1 in any other process
int pool_worker_index(void);

/// @}
/// @name Queues
/// A bounded first-in first-out queue in the arena. Its pointer may be passed
/// in a task's argument, also when the queue is younger than the workers.
/// A process that is killed inside put or get wedges nobody: an item it had not
/// finished putting was never put, one it had not finished getting is still
/// there. Python: `Manager().Queue()`, without a manager.
/// @{

/// Makes a queue. Never blocks. Runs in the client.
/// @param pool       the pool
/// @param item_size  size of one item, at least 1
/// @param capacity   most items it holds, at least 1; the room for all is taken
///                   at once
/// @return the queue, the pool's until pool_queue_destroy() or pool_destroy();
///         or NULL with `errno` EINVAL or ENOMEM
struct pool_queue *pool_queue_create(struct pool *pool, size_t item_size,
                                     size_t capacity);

/// Puts an item, waiting while the queue is full. Runs in the client, where
/// callbacks that fall due run meanwhile, and in workers. Python:
/// `Queue.put()`.
/// @param queue       the queue
/// @param item        copied, of the queue's item_size
/// @param timeout_ms  how long to wait
/// @return 0, #POOL_ETIMEDOUT, #POOL_ECLOSED, #POOL_EBROKEN, #POOL_EINVAL
int pool_queue_put(struct pool_queue *queue, const void *item, int timeout_ms);

/// Gets the oldest item, waiting while the queue is empty. An item that another
/// process is just getting counts as gone; should that process be killed in the
/// middle, the item is there again, for whoever asks next. Runs in the client,
/// where callbacks that fall due run meanwhile, and in workers. Python:
/// `Queue.get()`.
/// @param queue       the queue
/// @param item        receives it: room for the queue's item_size
/// @param timeout_ms  how long to wait
/// @return 0, #POOL_ETIMEDOUT, #POOL_EBROKEN, #POOL_EINVAL, or #POOL_ECLOSED
///         once it is closed and empty
int pool_queue_get(struct pool_queue *queue, void *item, int timeout_ms);

/// How many items are in the queue at this moment; the next may be another.
/// Never blocks. Any process of the pool. Python: `Queue.qsize()`.
/// @param queue  the queue
/// @return the number; 0 for NULL
size_t pool_queue_size(struct pool_queue *queue);

/// Closes a queue: put fails from now on, get hands out what is left, and all
/// who wait are woken. Never blocks. Any process of the pool. Python:
/// `Queue.shutdown()`, since 3.13.
/// @param queue  the queue; NULL is fine
void pool_queue_close(struct pool_queue *queue);

/// Frees a queue that no task uses any more. Runs in the client.
/// @param queue  the queue; NULL is fine
void pool_queue_destroy(struct pool_queue *queue);

/// @}
/// @name Shared memory
/// @{

/// Takes memory that every process of the pool sees at the same address and may
/// write: arrays that tasks share without copies. Tasks that write the same
/// bytes need atomics, as threads do. Zeroed, aligned to 16 bytes. Never
/// blocks. Runs in the client. Python: `multiprocessing.RawArray`, which must
/// be made before the pool.
/// @param pool  the pool
/// @param size  bytes, at least 1
/// @return the memory, the pool's until pool_release() or pool_destroy(); or
///         NULL with `errno` EINVAL or ENOMEM
void *pool_alloc(struct pool *pool, size_t size);

/// Gives it back; no task may use it any more. Runs in the client.
/// @param pool    the pool
/// @param memory  from pool_alloc(); NULL, and what it did not return, is
///                ignored
void pool_release(struct pool *pool, void *memory);

/// @}
/// @name Looking inside
/// All of it runs in the client, never blocks, and can be called until
/// pool_destroy(). Python has none of it.
/// @{

/// Tells what the pool is doing.
/// @param pool   the pool
/// @param stats  filled
/// @return 0, or #POOL_EINVAL
int pool_stats(struct pool *pool, struct pool_stats *stats);

/// Lists the process ids of the live workers.
/// @param pool      the pool
/// @param pids      filled with at most `capacity` of them; NULL with 0
/// @param capacity  room in `pids`
/// @return how many workers are alive, even if that is more
size_t pool_worker_pids(struct pool *pool, pid_t *pids, size_t capacity);

/// Starts recording what runs where and when, from an empty record. Events
/// after the first `capacity` are dropped. A record that is started again uses
/// the old one's memory, or leaves it to the pool until pool_destroy().
///
/// Any program's pools are recorded without a call of this if the environment
/// variable `POOL_TRACE` names a file, as in `POOL_TRACE=trace.json ./program`:
///
/// - each pool is recorded from its first process on, in memory of its own, a
///   million events of 64 bytes at most. pool_destroy() writes what
///   pool_trace_write() would, when all processes of the pool have ended;
/// - the second pool of a process goes to `trace-2.json`, and so on. `%p` in
///   the name is the process id. Without it, a pool that a child of the first
///   pool's process has made, a task for example, goes to `trace-PID-N.json`;
/// - pool_create() makes the file, or empties it. A program that ends without
///   pool_destroy() leaves it empty;
/// - the library never prints, and a pool works as well without its trace. If
///   the file cannot be made, there is none after pool_create(); if it cannot
///   be written to its end, it does not end with the line `]}`;
/// - the name is looked up when the pool is made and again when it is
///   destroyed: take an absolute one for a program that changes its folder. A
///   set-user-ID program ignores the variable;
/// - this call and pool_trace_read() work as ever: they show what was recorded
///   since the call, as long as those million events last.
/// @param pool      the pool
/// @param capacity  events to make room for in the arena, at least 1
/// @return 0, #POOL_ENOMEM, #POOL_EINVAL
int pool_trace_start(struct pool *pool, size_t capacity);

/// Copies recorded events out, oldest first. Ones still going on, or cut short,
/// have `end_ns` 0. An event is whole or not there, whatever is written
/// meanwhile.
/// @param pool      the pool
/// @param events    filled with at most `capacity` of them; may be NULL
/// @param capacity  room in `events`
/// @return how many were recorded, even if that is more than `capacity`
size_t pool_trace_read(struct pool *pool, struct pool_trace_event *events,
                       size_t capacity);

/// Writes the trace as Chrome trace JSON, which Perfetto opens. One line for
/// each event, in the order of time but for the counter at the end, and the
/// same in every locale. Times are CLOCK_MONOTONIC microseconds, so those of
/// several pools fit together. One track (`tid`) for the client (0), the
/// supervisor (1) and each worker's index (2 and on):
///
/// - `submit` and `run` are slices (`"ph":"X"`), with an arrow (`s`, `f`) from
///   a submission to its first run. Arguments: `task`, the number of the
///   submission, `items`, and of a run `first`, the index of its first item,
///   `worker`, `pid` and `outcome`: `done`, `failed`, `lost`, `timed out`,
///   `cancelled`, `run again` (its worker died, another runs the item) or
///   `unfinished`;
/// - `started` and `ended` are instants (`"ph":"i"`) with the `pid` and `role`
///   of the process, as `ps` shows it, its `parent`, or `how` it ended;
/// - `unfinished items` is a counter (`"ph":"C"`);
/// - `dropped` tells how many events found no room.
/// @param pool  the pool
/// @param file  open for writing; flushed, and stays yours
/// @return 0, #POOL_ESYS if writing failed, #POOL_ENOMEM, #POOL_EINVAL
int pool_trace_write(struct pool *pool, FILE *file);

/// A sentence for an error. Any process; never blocks.
/// @param error  0 or a #pool_error
/// @return a constant string, for unknown numbers too
const char *pool_strerror(int error);

/// The version of the library. Any process; never blocks.
/// @return "2.0.0", say: major, minor, patch
const char *pool_version(void);

/// @}

#pragma GCC diagnostic pop
#pragma GCC visibility pop
#ifdef __cplusplus
}
#endif

#endif
