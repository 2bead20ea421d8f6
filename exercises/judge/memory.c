// SPDX-License-Identifier: MIT
// Memory that the student's code takes and frees. The linker sends its calls
// here (--wrap, in link.options): they fail where a check wants it, and with
// SANITIZE= it is known what was taken where. Where a header says that all is
// freed, a block that nothing points to any more is lost, and the driver ends
// with the place. LeakSanitizer would be a debugger of its own process (ptrace),
// which no process of a check may be.
//
// A block is reached from the variables of program and libraries, from the
// thread's own, and from other blocks that are reached: memory that is kept for
// the next call is not lost. A mapping that is kept may hold addresses, and
// parts of it may not be readable: then nothing is said.
//
// Runs in: driver, and whatever process the student made.
#define _GNU_SOURCE
#include "driver.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <link.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#define ROOM (1 << 16)
#define FAR 256 // so many places are tried
#define GONE ((char *)1)
#define TOLD 3 // of those that are lost

// What is there, by address. Threads of the student's come at the same time: a
// place belongs to whoever changes `at`.
static struct block {
    _Atomic(char *) at; // NULL: never used
    size_t size;
    void *taker; // returns to there
    bool mapped, reached;
} block[ROOM];
static struct block *live[ROOM], *queue[ROOM];
static int live_count, queued;
static atomic_bool unsure; // then it is not known what is lost
// Pools that are there. Not as addresses, which would keep them.
static uintptr_t held[50];
static int held_count;

static struct block *place(const char *at, int i) {
    uint64_t hash = ((uintptr_t)at >> 4) * UINT64_C(0x9e3779b97f4a7c15);
    return &block[((hash >> 40) + (uint64_t)i) % ROOM];
}

static void forget(const void *address) {
    char *at = (char *)(uintptr_t)address;
    for (int i = 0; SANITIZED && at && i < FAR; i++) {
        char *was = at;
        if (atomic_compare_exchange_strong(&place(at, i)->at, &was, GONE) ||
            !was)
            return;
    }
}

static void *note(void *address, size_t size, void *taker, bool mapped) {
    if (!SANITIZED || !address)
        return address;
    forget(address); // freed in a way that was not seen
    int i = 0;
    for (; i < FAR; i++) {
        struct block *it = place(address, i);
        char *was = it->at;
        if ((was && was != GONE) ||
            !atomic_compare_exchange_strong(&it->at, &was, address))
            continue;
        it->size = size;
        it->taker = taker;
        it->mapped = mapped;
        break;
    }
    if (i == FAR)
        unsure = true;
    return address;
}
#define NOTE(address, size)                                                    \
    note(address, size, __builtin_return_address(0), false)

pid_t __real_fork(void);

// Calls of the student's. -------------------------------------------------------

void *__real_malloc(size_t size);
void *__wrap_malloc(size_t size);
void *__wrap_malloc(size_t size) {
    return driver_fails(FAIL_MALLOC) ? NULL : NOTE(__real_malloc(size), size);
}

void *__real_calloc(size_t count, size_t size);
void *__wrap_calloc(size_t count, size_t size);
void *__wrap_calloc(size_t count, size_t size) {
    return driver_fails(FAIL_MALLOC)
               ? NULL
               : NOTE(__real_calloc(count, size), count * size);
}

void *__real_realloc(void *old, size_t size);
void *__wrap_realloc(void *old, size_t size);
void *__wrap_realloc(void *old, size_t size) {
    if (driver_fails(FAIL_MALLOC))
        return NULL;
    void *it = __real_realloc(old, size);
    if (it || size == 0)
        forget(old);
    return NOTE(it, size);
}

void __real_free(void *it);
void __wrap_free(void *it);
void __wrap_free(void *it) {
    forget(it);
    __real_free(it);
}

int __real_posix_memalign(void **it, size_t alignment, size_t size);
int __wrap_posix_memalign(void **it, size_t alignment, size_t size);
int __wrap_posix_memalign(void **it, size_t alignment, size_t size) {
    int error = __real_posix_memalign(it, alignment, size);
    if (!error)
        NOTE(*it, size);
    return error;
}

void *__real_aligned_alloc(size_t alignment, size_t size);
void *__wrap_aligned_alloc(size_t alignment, size_t size);
void *__wrap_aligned_alloc(size_t alignment, size_t size) {
    return NOTE(__real_aligned_alloc(alignment, size), size);
}

void *__real_reallocarray(void *old, size_t count, size_t size);
void *__wrap_reallocarray(void *old, size_t count, size_t size);
void *__wrap_reallocarray(void *old, size_t count, size_t size) {
    void *it = __real_reallocarray(old, count, size);
    if (it)
        forget(old);
    return NOTE(it, count * size);
}

char *__real_strdup(const char *text);
char *__wrap_strdup(const char *text);
char *__wrap_strdup(const char *text) {
    return NOTE(__real_strdup(text), strlen(text) + 1);
}

int __wrap_asprintf(char **text, const char *format, ...);
int __wrap_asprintf(char **text, const char *format, ...) {
    va_list args;
    va_start(args, format);
    int length = vasprintf(text, format, args);
    va_end(args);
    if (length >= 0)
        NOTE(*text, (size_t)length + 1);
    return length;
}

// These may free what they are given.
ssize_t __real_getline(char **line, size_t *room, FILE *from);
ssize_t __wrap_getline(char **line, size_t *room, FILE *from);
ssize_t __wrap_getline(char **line, size_t *room, FILE *from) {
    forget(*line);
    return __real_getline(line, room, from);
}

ssize_t __real_getdelim(char **line, size_t *room, int end, FILE *from);
ssize_t __wrap_getdelim(char **line, size_t *room, int end, FILE *from);
ssize_t __wrap_getdelim(char **line, size_t *room, int end, FILE *from) {
    forget(*line);
    return __real_getdelim(line, room, end, from);
}

// What getline is called in an optimized file.
ssize_t __real___getdelim(char **line, size_t *room, int end, FILE *from);
ssize_t __wrap___getdelim(char **line, size_t *room, int end, FILE *from);
ssize_t __wrap___getdelim(char **line, size_t *room, int end, FILE *from) {
    forget(*line);
    return __real___getdelim(line, room, end, from);
}

void *__real_mmap(void *at, size_t length, int protection, int flags, int fd,
                  off_t offset);
void *__wrap_mmap(void *at, size_t length, int protection, int flags, int fd,
                  off_t offset);
static void *map(void *at, size_t length, int protection, int flags, int fd,
                 off_t offset, void *taker) {
    if (driver_fails(FAIL_MMAP)) {
        errno = ENOMEM;
        return MAP_FAILED;
    }
    void *it = __real_mmap(at, length, protection, flags, fd, offset);
    return it == MAP_FAILED ? it : note(it, length, taker, true);
}
void *__wrap_mmap(void *at, size_t length, int protection, int flags, int fd,
                  off_t offset) {
    return map(at, length, protection, flags, fd, offset,
               __builtin_return_address(0));
}

// What mmap is called with _FILE_OFFSET_BITS.
void *__wrap_mmap64(void *at, size_t length, int protection, int flags, int fd,
                    off_t offset);
void *__wrap_mmap64(void *at, size_t length, int protection, int flags, int fd,
                    off_t offset) {
    return map(at, length, protection, flags, fd, offset,
               __builtin_return_address(0));
}

// Of what is unmapped in part nothing more is known.
static void forget_mapped(char *from, size_t length) {
    for (int i = 0; SANITIZED && i < ROOM; i++) {
        char *at = block[i].at;
        if (at && at != GONE && at < from + length && from < at + block[i].size)
            forget(at);
    }
}

int __real_munmap(void *at, size_t length);
int __wrap_munmap(void *at, size_t length);
int __wrap_munmap(void *at, size_t length) {
    forget_mapped(at, length);
    return __real_munmap(at, length);
}

void *__real_mremap(void *old, size_t length, size_t wanted, int flags, ...);
void *__wrap_mremap(void *old, size_t length, size_t wanted, int flags,
                    void *at);
void *__wrap_mremap(void *old, size_t length, size_t wanted, int flags,
                    void *at) {
    forget_mapped(old, length);
    return __real_mremap(old, length, wanted, flags, at);
}

// What is lost. -----------------------------------------------------------------

static int by_address(const void *one, const void *other) {
    char *a = (*(struct block *const *)one)->at,
         *b = (*(struct block *const *)other)->at;
    return (a > b) - (a < b);
}

static void list_live(void) {
    live_count = queued = 0;
    for (int i = 0; i < ROOM; i++)
        if (block[i].at && block[i].at != GONE) {
            block[i].reached = false;
            live[live_count++] = &block[i];
        }
    qsort(live, (size_t)live_count, sizeof *live, by_address);
}

// The block in which this address is, or NULL.
static struct block *block_of(const char *address) {
    int low = 0, high = live_count; // live[low - 1] begins before it
    while (low < high) {
        int middle = (low + high) / 2;
        if (live[middle]->at <= address)
            low = middle + 1;
        else
            high = middle;
    }
    struct block *it = low > 0 ? live[low - 1] : NULL;
    return it && (address == it->at || address < it->at + it->size) ? it : NULL;
}

// An allocator's own variables point behind what it has given out: of a library's
// only those count that are where a block begins.
static void reach(const char *address, bool of_library) {
    struct block *it = block_of(address);
    if (!it || it->reached || (of_library && address != it->at))
        return;
    it->reached = true;
    if (it->mapped)
        unsure = true;
    else
        queue[queued++] = it;
}

// What the driver itself points to does not count.
extern char __start_driver_holds[] __attribute__((weak));
extern char __stop_driver_holds[] __attribute__((weak));
static bool is_the_students(const char *at) {
    return (at < (char *)block || at >= (char *)(block + ROOM)) &&
           (at < __start_driver_holds || at >= __stop_driver_holds);
}

// Any word may be an address. Between variables is what a sanitizer guards.
__attribute__((no_sanitize_address)) static void
look_through(const char *from, size_t size, bool of_library) {
    const char *end = from + size;
    from += -(uintptr_t)from % sizeof(char *);
    for (; from + sizeof(char *) <= end; from += sizeof(char *))
        if (is_the_students(from))
            reach(*(char *const *)(const void *)from, of_library);
}

static int look_through_object(struct dl_phdr_info *info, size_t size,
                               void *program) {
    (void)size;
    bool of_library = *(char **)program != NULL; // the program comes first
    if (!of_library)
        *(char **)program = (char *)info->dlpi_addr;
    if (strstr(info->dlpi_name, "san.so")) // it keeps what was freed
        return 0;
    for (int i = 0; i < info->dlpi_phnum; i++) {
        const ElfW(Phdr) *part = &info->dlpi_phdr[i];
        if (part->p_type == PT_LOAD && (part->p_flags & PF_W))
            look_through((char *)info->dlpi_addr + part->p_vaddr, part->p_memsz,
                         of_library);
        if (part->p_type == PT_TLS && info->dlpi_tls_data)
            look_through(info->dlpi_tls_data, part->p_memsz, of_library);
    }
    return 0;
}

// What binutils say of an address in this program: the function, and file and
// line in a line of their own.
static void ask_binutils(ptrdiff_t address, char *said, size_t room) {
    char program[40], number[40];
    int ends[2];
    size_t length = 0;
    snprintf(program, sizeof program, "/proc/%d/exe", (int)getpid());
    snprintf(number, sizeof number, "%#tx", address);
    driver_fault[FAIL_PIPE] = -1;
    pid_t pid = pipe2(ends, O_CLOEXEC) < 0 ? -1 : __real_fork();
    if (pid < 0)
        return;
    if (pid == 0) {
        dup2(ends[1], STDOUT_FILENO);
        execlp("addr2line", "addr2line", "-fse", program, number, NULL);
        _exit(127);
    }
    close(ends[1]);
    for (ssize_t n; (n = read(ends[0], said + length, room - length)) > 0;)
        length += (size_t)n;
}

static void tell(const struct block *lost, const char *program) {
    char said[1000] = "";
    ask_binutils((char *)lost->taker - 1 - program, said, sizeof said - 1);
    char *line = said + strcspn(said, "\n");
    *line++ = 0;
    fprintf(stderr, "%.*s: %s() took %zu bytes that are not freed\n",
            (int)strcspn(line, " \n"), line, *said ? said : "a call",
            lost->size);
}

static void end_if_lost(void) {
    struct stat threads;
    char *program = NULL;
    if (unsure || stat("/proc/self/task", &threads) < 0 ||
        threads.st_nlink != 3)
        return; // another thread may be about to free it
    list_live();
    dl_iterate_phdr(look_through_object, &program);
    for (unsigned key = 0; key < PTHREAD_KEYS_MAX; key++)
        reach(pthread_getspecific(key), false);
    for (int i = 0; i < queued; i++)
        look_through(queue[i]->at, queue[i]->size, false);
    int lost = 0;
    for (int i = 0; i < live_count && !unsure; i++)
        if (!live[i]->reached && lost++ < TOLD)
            tell(live[i], program);
    if (lost > TOLD)
        fprintf(stderr, "and %d more\n", lost - TOLD);
    if (lost > 0)
        _exit(DRIVER_LOST_MEMORY);
}

bool driver_is_sanitized(void) { return SANITIZED; }

void driver_made(void *pool) {
    int most = sizeof held / sizeof *held;
    if (pool && held_count < most)
        held[held_count++] = ~(uintptr_t)pool;
    unsure = unsure || held_count == most;
    // What a call that fails has lost: no header says that it is freed.
    for (int i = 0; SANITIZED && !pool && i < ROOM; i++)
        block[i].at = GONE;
}

void driver_destroyed(void *pool) {
    for (int i = held_count - 1; i >= 0; i--)
        if (held[i] == ~(uintptr_t)pool) {
            held[i] = held[--held_count];
            break;
        }
    if (SANITIZED && held_count == 0)
        end_if_lost();
}

struct pool;
void pool_destroy(struct pool *pool) __attribute__((weak));
struct queue;
void queue_destroy(struct queue *queue) __attribute__((weak));

void driver_destroy_all(void) {
    while (held_count > 0) {
        void *last = (void *)~held[held_count - 1];
        if (pool_destroy)
            pool_destroy(last);
        if (queue_destroy)
            queue_destroy(last);
        driver_destroyed(last);
    }
}
