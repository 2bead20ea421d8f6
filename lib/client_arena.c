// SPDX-License-Identifier: MIT
// Mapping the arena: where its parts lie, and what to do where so much address
// space cannot be had.
//
// Runs in: client.
#include "client.h"

enum { MEMORY_LEAST = 1 << 18 }; // for less, an arena is refused

#define MEMORY_MOST (UINT64_C(1) << 36) // entries name jobs in 32 bits of 16 B
#define RING_MOST ((size_t)RING_LAPS * RING_PAGE) // entries

static size_t place(size_t *size, size_t bytes) {
    size_t at = *size;
    *size += (bytes + 4095) / 4096 * 4096;
    return at;
}

// Address space that is taken as it is touched, though mlockall(MCL_FUTURE)
// would have all of it at once.
void *client_map_shared(size_t size) {
    void *memory = mmap(NULL, size, PROT_NONE,
                        MAP_SHARED | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    if (memory == MAP_FAILED)
        return NULL;
    munlock(memory, size);
    madvise(memory, size, MADV_DONTDUMP);
    if (mprotect(memory, size, PROT_READ | PROT_WRITE) == 0)
        return memory;
    munmap(memory, size);
    return NULL;
}

// Maps an arena with a quarter of `memory` for the ring, the rest for the heap.
// Messages come on top: as much address space, only touched by failures, for an
// eighth of the ring's entries. So does the window, another three quarters.
static bool map_arena(struct pool *pool, const struct pool_options *options,
                      size_t memory) {
    size_t entries = MIN(memory / 4 / sizeof(struct entry), RING_MOST);
    size_t pages = entries / RING_PAGE, directory = 2;
    while (directory < pages)
        directory *= 2;
    size_t size = 0;
    place(&size, sizeof(struct arena));
    size_t slots = place(&size, options->workers * sizeof(struct slot));
    size_t map = place(&size, directory * sizeof(uint32_t));
    size_t ring = place(&size, entries * sizeof(struct entry));
    if (size + 16 * (size_t)4096 > memory)
        return errno = EINVAL, false;
    size_t page = (size_t)sysconf(_SC_PAGESIZE); // 4 to 64 KiB
    size_t heap_size = (memory - size) / page * page;
    size_t message_count = pages / 8 * RING_PAGE;
    size_t messages = place(&size, message_count * POOL_MESSAGE_SIZE);
    size = (size + page - 1) / page * page; // the window is of whole pages
    size_t heap = place(&size, heap_size);
    struct arena *arena = client_map_shared(size);
    if (!arena)
        return false;
    char *base = (char *)arena;
    // A second mapping of the heap's pages: an old size of 0 asks for that. It
    // is refused under Valgrind; then inputs are not protected from tasks.
    char *window = mremap(base + heap, 0, heap_size, MREMAP_MAYMOVE);
    if (window != MAP_FAILED)
        mprotect(window, heap_size, PROT_READ);
    else
        window = base + heap;
    madvise(window, heap_size, MADV_DONTDUMP);
    pool->arena = arena;
    pool->readonly_offset = window - (base + heap);
    arena->options = *options;
    arena->options.memory = memory;
    arena->size = size;
    arena->slots = (struct slot *)(base + slots);
    arena->directory = (_Atomic uint32_t *)(base + map);
    arena->directory_mask = directory - 1;
    arena->ring = (struct entry *)(base + ring);
    arena->messages = (char(*)[POOL_MESSAGE_SIZE])(base + messages);
    arena->message_count = message_count;
    arena->heap = base + heap;
    arena->heap_size = heap_size;
    arena->cpus = sys_cpu_count();
    arena->client = getpid();
    arena->client_event = arena->super_event = -1;
    pool->ring.pages = (uint32_t)pages;
    return true;
}

void client_arena_unmap(struct pool *pool) {
    struct arena *arena = pool->arena;
    if (!arena)
        return;
    client_memory_end(&pool->memory);
    client_ring_end(pool);
    sys_close(&arena->client_event);
    sys_close(&arena->super_event);
    if (pool->readonly_offset)
        munmap(arena->heap + pool->readonly_offset, arena->heap_size);
    munmap(arena, arena->size);
}

// Takes less where address space is limited (RLIMIT_AS, strict overcommit), so
// that the program keeps three quarters, or refused: `memory` is what the arena
// may use at most.
bool client_arena_map(struct pool *pool, const struct pool_options *options) {
    size_t memory = options->memory ? options->memory : sys_quota().memory / 2;
    uint64_t most = sys_address_left() / 4 / 3;
    if (memory < MEMORY_LEAST)
        return errno = EINVAL, false;
    memory = MIN(memory, MIN(MAX(most, MEMORY_LEAST), MEMORY_MOST));
    for (; !map_arena(pool, options, memory); memory /= 2)
        if (errno == EINVAL || memory / 2 < MEMORY_LEAST)
            return false;
    return true;
}
