// SPDX-License-Identifier: MIT
// The allocator of the arena's heap. Only the client allocates, and what it
// knows of its blocks is in private memory: no task can damage it.
//
// Interface: blocks up to SLAB_MAX bytes come from slabs, runs of 16 pages cut
// into blocks of one size class; larger ones are runs of pages of their own.
// Free runs are kept by size and joined with their neighbours. Both the first
// and the last page of a run know its length.
//
// Runs in: client.
#include "client.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

enum {
    PAGE = 4096, // our unit, whatever the machine's pages are
    SLAB_PAGES = 16,
    SLAB_MAX = 8192, // largest block in a slab
    BLOCK_ALIGN = 16,
    NO_BLOCK = 0xffff, // end of a slab's free list
    BLOCK_USED = 0xfffe,
};

enum page_state { PAGE_INNER, PAGE_FREE, PAGE_RUN, PAGE_SLAB };

struct page {
    struct slab *slab;   // PAGE_SLAB: of all its pages
    uint32_t length;     // of the run, in its first and last page
    uint32_t prev, next; // PAGE_FREE: runs of its bin; 0: none (page 0 is ours)
    uint8_t state; // enum page_state; a last page has PAGE_FREE or PAGE_INNER
};

struct slab {
    struct slab *prev, *next; // slabs of this class with a free block
    uint32_t page;            // its first
    uint32_t size;            // of a block
    uint16_t class;
    uint16_t used, count;
    uint16_t free;   // first free block
    uint16_t link[]; // of a block: next free one, or BLOCK_USED
};

bool client_memory_init(struct memory *memory, char *base, size_t size) {
    memory->base = base;
    memory->pages = (uint32_t)(size / PAGE);
    memory->top = memory->touched = 1; // 0 stands for "none" in links
    memory->page = sys_map_private(memory->pages * sizeof(struct page));
    return memory->page != NULL;
}

void client_memory_end(struct memory *memory) {
    if (!memory->page)
        return;
    for (uint32_t p = 1; p < memory->top; p += memory->page[p].length)
        if (memory->page[p].state == PAGE_SLAB)
            free(memory->page[p].slab);
    munmap(memory->page, memory->pages * sizeof(struct page));
}

static unsigned bin_of(uint32_t length) {
    return 31 - (unsigned)__builtin_clz(length);
}

static void set_run(struct memory *memory, uint32_t first, uint32_t length,
                    enum page_state state) {
    struct page *page = memory->page;
    page[first].length = page[first + length - 1].length = length;
    page[first + length - 1].state =
        state == PAGE_FREE ? PAGE_FREE : PAGE_INNER;
    page[first].state = (uint8_t)state;
}

static void bin_add(struct memory *memory, uint32_t first, uint32_t length) {
    uint32_t *head = &memory->free_run[bin_of(length)];
    set_run(memory, first, length, PAGE_FREE);
    memory->page[first].prev = 0;
    memory->page[first].next = *head;
    if (*head)
        memory->page[*head].prev = first;
    *head = first;
}

static void bin_remove(struct memory *memory, uint32_t first) {
    struct page *run = &memory->page[first];
    if (run->prev)
        memory->page[run->prev].next = run->next;
    else
        memory->free_run[bin_of(run->length)] = run->next;
    if (run->next)
        memory->page[run->next].prev = run->prev;
}

// The first run in its own bin that is long enough, else the first of any
// larger bin; 0: none.
static uint32_t find_free(struct memory *memory, uint32_t length) {
    for (unsigned bin = bin_of(length); bin < MEMORY_BINS; bin++)
        for (uint32_t p = memory->free_run[bin]; p; p = memory->page[p].next)
            if (memory->page[p].length >= length)
                return p;
    return 0;
}

static uint32_t take_run(struct memory *memory, size_t pages,
                         enum page_state state) {
    if (pages >= memory->pages)
        return 0;
    uint32_t length = (uint32_t)pages, first = find_free(memory, length);
    if (first) {
        uint32_t rest = memory->page[first].length - length;
        bin_remove(memory, first);
        if (rest)
            bin_add(memory, first + length, rest);
    } else {
        if (memory->pages - memory->top < length)
            return 0;
        first = memory->top;
        memory->top += length;
    }
    set_run(memory, first, length, state);
    return first;
}

static void give_run(struct memory *memory, uint32_t first) {
    uint32_t length = memory->page[first].length;
    uint32_t after = first + length;
    set_run(memory, first, length, PAGE_FREE); // no longer a block, even inside
    if (after < memory->top && memory->page[after].state == PAGE_FREE) {
        length += memory->page[after].length;
        bin_remove(memory, after);
    }
    if (first > 1 && memory->page[first - 1].state == PAGE_FREE) {
        uint32_t before = first - memory->page[first - 1].length;
        bin_remove(memory, before);
        length += first - before;
        first = before;
    }
    if (first + length == memory->top)
        memory->top = first;
    else
        bin_add(memory, first, length);
}

// Classes: every 16 bytes up to 128, then four to each doubling.
static unsigned class_of(size_t size, uint32_t *rounded) {
    if (size <= 128) {
        unsigned class = size ? (unsigned)((size - 1) / BLOCK_ALIGN) : 0;
        *rounded = (class + 1) * BLOCK_ALIGN;
        return class;
    }
    unsigned shift = 63 - (unsigned)__builtin_clzll(size - 1) - 2;
    unsigned quarter = (unsigned)((size - 1) >> shift); // 4 … 7
    *rounded = (quarter + 1) << shift;
    return 8 + (shift - 5) * 4 + quarter - 4;
}

static struct slab *slab_new(struct memory *memory, unsigned class,
                             uint32_t size) {
    uint32_t pages = SLAB_PAGES, first = take_run(memory, pages, PAGE_SLAB);
    if (!first) { // little is left: just room for one block
        pages = (size + PAGE - 1) / PAGE;
        first = take_run(memory, pages, PAGE_SLAB);
    }
    uint16_t count = (uint16_t)(pages * PAGE / size);
    struct slab *slab =
        first ? malloc(sizeof *slab + count * sizeof slab->link[0]) : NULL;
    if (!slab) {
        if (first)
            give_run(memory, first);
        return NULL;
    }
    *slab = (struct slab){.page = first, .size = size, .count = count};
    slab->class = (uint16_t) class;
    for (uint16_t i = 0; i < count; i++)
        slab->link[i] = i + 1 < count ? i + 1 : NO_BLOCK;
    for (uint32_t p = first; p < first + pages; p++)
        memory->page[p].slab = slab;
    return slab;
}

static void slab_list(struct memory *memory, struct slab *slab) {
    struct slab **head = &memory->partial[slab->class];
    slab->prev = NULL;
    slab->next = *head;
    if (*head)
        (*head)->prev = slab;
    *head = slab;
}

static void slab_unlist(struct memory *memory, struct slab *slab) {
    if (slab->prev)
        slab->prev->next = slab->next;
    else
        memory->partial[slab->class] = slab->next;
    if (slab->next)
        slab->next->prev = slab->prev;
}

static void slab_delete(struct memory *memory, struct slab *slab) {
    uint32_t end = slab->page + memory->page[slab->page].length;
    slab_unlist(memory, slab);
    for (uint32_t p = slab->page; p < end; p++)
        memory->page[p].slab = NULL;
    give_run(memory, slab->page);
    free(slab);
}

static char *take_block(struct memory *memory, size_t size) {
    uint32_t rounded;
    unsigned class = class_of(size, &rounded);
    struct slab *slab = memory->partial[class];
    if (!slab) {
        slab = slab_new(memory, class, rounded);
        if (!slab)
            return NULL;
        slab_list(memory, slab);
    }
    uint16_t block = slab->free;
    slab->free = slab->link[block];
    slab->link[block] = BLOCK_USED;
    if (++slab->used == slab->count)
        slab_unlist(memory, slab);
    char *first = memory->base + (size_t)slab->page * PAGE;
    if (slab->free != NO_BLOCK) // a worker was the last to write there
        sys_prefetch_own(first + (size_t)slab->free * slab->size);
    return first + (size_t)block * slab->size;
}

static void give_block(struct memory *memory, struct slab *slab,
                       uint32_t offset) {
    uint32_t block = offset / slab->size;
    if (offset % slab->size || block >= slab->count ||
        slab->link[block] != BLOCK_USED)
        return; // not a block in use
    if (slab->used-- == slab->count)
        slab_list(memory, slab);
    slab->link[block] = slab->free;
    slab->free = (uint16_t)block;
    // The last slab of a class is kept: the next block is wanted soon.
    if (slab->used == 0 && (slab->prev || slab->next))
        slab_delete(memory, slab);
}

static void delete_unused_slabs(struct memory *memory) {
    for (unsigned class = 0; class < MEMORY_CLASSES; class ++) {
        struct slab *slab = memory->partial[class], *next;
        for (; slab; slab = next) {
            next = slab->next;
            if (slab->used == 0)
                slab_delete(memory, slab);
        }
    }
}

static char *take(struct memory *memory, size_t size) {
    if (size <= SLAB_MAX)
        return take_block(memory, size);
    uint32_t first = take_run(memory, (size + PAGE - 1) / PAGE, PAGE_RUN);
    return first ? memory->base + (size_t)first * PAGE : NULL;
}

// Takes a block of the heap, aligned to 16 bytes; NULL: there is no room.
void *client_memory_take(struct memory *memory, size_t size, bool zeroed) {
    uint32_t touched = memory->touched;
    if (size > SIZE_MAX - PAGE)
        return NULL;
    char *block = take(memory, size);
    if (!block) {
        delete_unused_slabs(memory);
        block = take(memory, size);
    }
    if (memory->top > memory->touched)
        memory->touched = memory->top;
    // Memory that nobody has used yet is zero, and stays untaken if left so.
    if (block && zeroed && block < memory->base + (size_t)touched * PAGE)
        memset(block, 0, size);
    return block;
}

// Gives a block back. What is not one in use is ignored.
void client_memory_give(struct memory *memory, void *block) {
    size_t offset = (size_t)((char *)block - memory->base);
    size_t p = offset / PAGE;
    if ((char *)block < memory->base || p >= memory->top)
        return;
    struct slab *slab = memory->page[p].slab;
    if (slab)
        give_block(memory, slab,
                   (uint32_t)(offset - (size_t)slab->page * PAGE));
    else if (offset % PAGE == 0 && memory->page[p].state == PAGE_RUN)
        give_run(memory, (uint32_t)p);
}

// ---- For the user: arrays that tasks share ---------------------------------

void *pool_alloc(struct pool *pool, size_t size) {
    if (!client_owns(pool) || size == 0) {
        errno = EINVAL;
        return NULL;
    }
    void *memory = client_memory_take(&pool->memory, size, true);
    if (!memory) { // what nobody waits for may have finished meanwhile
        client_results_collect(pool);
        memory = client_memory_take(&pool->memory, size, true);
    }
    if (!memory)
        errno = ENOMEM;
    return memory;
}

void pool_release(struct pool *pool, void *memory) {
    if (client_owns(pool) && memory)
        client_memory_give(&pool->memory, memory);
}
