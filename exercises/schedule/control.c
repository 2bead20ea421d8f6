// SPDX-License-Identifier: MIT
// The page that all processes of a run share: who there is, what was done; and
// which memory is shared among them.
//
// Runs in: the runner, and every process of a run.
#include "schedule.h"

#include <limits.h>
#include <linux/futex.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/syscall.h>

#define REGIONS_MAX 64

struct control *control;
_Thread_local int self = -1;

// Private, and inherited by fork, as the mappings themselves are.
static struct {
    uintptr_t start, end;
    uintptr_t identity; // of its first byte, see control_identity()
} region[REGIONS_MAX];
static int regions;
static bool all_is_shared;

// The step whose write has not happened yet when it is logged, and where.
static _Thread_local struct step *unfinished;
static _Thread_local uintptr_t unfinished_at;

// Not the wrapped one, which would make a step of it.
void *__real_memcpy(void *, const void *, size_t);
void *__real_mmap(void *, size_t, int, int, int, off_t);
long __real_syscall(long, ...);
void __real__exit(int) __attribute__((noreturn));

bool control_create(void) {
    control = __real_mmap(NULL, sizeof *control, PROT_READ | PROT_WRITE,
                          MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    return control != MAP_FAILED;
}

// splitmix64 (Steele, Lea, Flood 2014)
uint64_t control_random(void) {
    uint64_t z = (control->random += 0x9e3779b97f4a7c15);
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9;
    z = (z ^ (z >> 27)) * 0x94d049bb133111eb;
    return z ^ (z >> 31);
}

// The last bits of a seed say which of its changes happen, so that a run can
// be told with fewer of them: seed 7 with all three, seed 5 without the second.
void control_reset(uint64_t seed, unsigned expected_steps) {
    memset(control, 0, offsetof(struct control, step));
    control->seed = seed;
    control->random = seed >> CHANGES;
    control->expected_steps = expected_steps ? expected_steps : 1;
    control->lowest = -1;
    control->looked_at = UINT_MAX;
    for (int i = 0; i < CHANGES; i++) {
        unsigned at = 1 + control_random() % control->expected_steps;
        control->change_at[i] = (seed >> i & 1) ? at : 0;
    }
}

int64_t control_random_priority(void) {
    return 1 + (int64_t)(control_random() >> 2);
}

int control_add(pid_t pid, bool thread) {
    if (control->slots == SLOTS)
        return -1;
    struct slot *slot = &control->slot[control->slots];
    slot->pid = pid;
    slot->thread = thread;
    slot->life = LIFE_READY;
    slot->priority = control_random_priority();
    return control->slots++;
}

static uint64_t value_at(uintptr_t address, size_t size) {
    uint64_t value = 0;
    __real_memcpy(&value, (const void *)address,
                  size < sizeof value ? size : sizeof value);
    return value;
}

void control_finish_write(void) {
    if (!unfinished)
        return;
    unfinished->after = value_at(unfinished_at, unfinished->size);
    unfinished = NULL;
}

void control_over(enum verdict verdict) {
    control_finish_write();
    control->verdict = verdict;
    control->fault_slot = self;
    atomic_store(&control->over, 1);
    __real_syscall(SYS_futex, &control->over, FUTEX_WAKE, 1, NULL, NULL, 0);
    if (verdict == VERDICT_NONE)
        __real__exit(0);
    for (;;)
        __real_syscall(SYS_pause);
}

struct step *control_log(enum step_kind kind, uintptr_t where) {
    unsigned number = atomic_load(&control->steps);
    if (number == STEPS_MAX)
        control_over(VERDICT_TOO_LONG);
    struct step *step = &control->step[number];
    struct slot *slot = &control->slot[self];
    *step = (struct step){.where = where,
                          .kind = (uint8_t)kind,
                          .slot = (uint8_t)self,
                          .preempted = slot->was_preempted};
    slot->was_preempted = false;
    atomic_store(&control->steps, number + 1);
    return step;
}

void control_log_access(enum step_kind kind, uintptr_t where, uintptr_t address,
                        size_t size) {
    struct step *step = control_log(kind, where);
    step->address = control_identity((const void *)address);
    step->size = (uint8_t)(size < 255 ? size : 255);
    step->before = value_at(address, size);
    if (kind != STEP_READ) {
        unfinished = step;
        unfinished_at = address;
    }
}

// Apart from each other: nothing is mapped that is larger than a terabyte.
#define IDENTITY(number) ((uintptr_t)(number) << 40)

uintptr_t control_identity(const void *object) {
    uintptr_t address = (uintptr_t)object;
    for (int i = 0; i < regions; i++)
        if (address >= region[i].start && address < region[i].end)
            return region[i].identity + (address - region[i].start);
    return address + IDENTITY(self < 0 ? 0 : control->slot[self].pid);
}

void region_add(const void *start, size_t size, int fd, off_t offset) {
    struct stat file;
    if (regions == REGIONS_MAX)
        return;
    control->shares = true;
    region[regions].start = (uintptr_t)start;
    region[regions].end = (uintptr_t)start + size;
    region[regions].identity = IDENTITY((1 << 23) + control->identities++);
    if (fd >= 0 && fstat(fd, &file) == 0)
        region[regions].identity =
            IDENTITY((1 << 22) + file.st_ino % (1 << 22)) + (uintptr_t)offset;
    regions++;
}

void region_remove(const void *start, size_t size) {
    uintptr_t from = (uintptr_t)start, to = from + size;
    if (unfinished && unfinished_at >= from && unfinished_at < to)
        control_finish_write();
    for (int i = 0; i < regions;)
        if (region[i].start >= from && region[i].start < to)
            region[i] = region[--regions];
        else
            i++;
}

void region_all(void) {
    control->shares = true;
    all_is_shared = true;
}

bool region_has(uintptr_t address) {
    if (address - (uintptr_t)control < sizeof *control)
        return false; // ours
    if (all_is_shared) {
        // Threads share everything; what lies near this frame is the stack.
        uintptr_t frame = (uintptr_t)__builtin_frame_address(0);
        return address < frame - (64 << 10) || address > frame + (64 << 10);
    }
    for (int i = 0; i < regions; i++)
        if (address >= region[i].start && address < region[i].end)
            return true;
    return false;
}
