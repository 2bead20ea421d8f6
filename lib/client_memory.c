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
    uint16_t *link;  // of each block of a slab: next free one, or BLOCK_USED
    uint32_t length; // of the run, in its first and last page
    uint32_t prev, next; // of a list of runs: their first pages; 0: none
    uint32_t slab;       // that this page is a part of: its first page; 0: none
    uint16_t size;       // of a slab's blocks
    uint16_t used, count;
    uint16_t free; // first free block
    uint8_t class;
    uint8_t state; // enum page_state; a last page has PAGE_FREE or PAGE_INNER
};

bool client_memory_init(struct pool *pool) {
    struct memory *memory = &pool->memory;
    memory->base = pool->arena->heap;
    memory->pages = (uint32_t)(pool->arena->heap_size / PAGE);
    memory->top = memory->touched = 1; // 0 stands for "none" in links
    memory->page = sys_map_private(memory->pages * sizeof(struct page));
    return memory->page != NULL;
}

void client_memory_end(struct memory *memory) {
    if (!memory->page)
        return;
    for (uint32_t p = 1; p < memory->top; p += memory->page[p].length)
        if (memory->page[p].state == PAGE_SLAB)
            free(memory->page[p].link);
    munmap(memory->page, memory->pages * sizeof(struct page));
}

static unsigned bin_of(uint32_t length) {
    return 31 - (unsigned)__builtin_clz(length);
}

static void set_run(struct memory *memory, uint32_t first, uint32_t length,
                    enum page_state state) {
    struct page *run = &memory->page[first], *last = run + length - 1;
    run->length = last->length = length;
    last->state = state == PAGE_FREE ? PAGE_FREE : PAGE_INNER;
    run->state = (uint8_t)state;
}

// Runs are in a list where they are free, or slabs with a free block.
static uint32_t *list_of(struct memory *memory, const struct page *run) {
    return run->state == PAGE_SLAB ? &memory->partial[run->class]
                                   : &memory->free_run[bin_of(run->length)];
}

static void list_add(struct memory *memory, uint32_t first) {
    struct page *page = memory->page, *run = &page[first];
    uint32_t *head = list_of(memory, run);
    run->prev = 0;
    run->next = *head;
    page[*head].prev = first; // page 0 is nobody's
    *head = first;
}

static void list_remove(struct memory *memory, uint32_t first) {
    struct page *page = memory->page, *run = &page[first];
    if (run->prev)
        page[run->prev].next = run->next;
    else
        *list_of(memory, run) = run->next;
    page[run->next].prev = run->prev;
}

static void add_free(struct memory *memory, uint32_t first, uint32_t length) {
    set_run(memory, first, length, PAGE_FREE);
    list_add(memory, first);
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
        list_remove(memory, first);
        if (rest)
            add_free(memory, first + length, rest);
    } else if (memory->pages - memory->top >= length) {
        first = memory->top;
        memory->top += length;
    } else {
        return 0;
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
        list_remove(memory, after);
    }
    if (first > 1 && memory->page[first - 1].state == PAGE_FREE) {
        uint32_t before = first - memory->page[first - 1].length;
        list_remove(memory, before);
        length += first - before;
        first = before;
    }
    if (first + length == memory->top)
        memory->top = first;
    else
        add_free(memory, first, length);
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

static uint32_t slab_new(struct memory *memory, unsigned class, uint32_t size) {
    uint32_t pages = SLAB_PAGES, first = take_run(memory, pages, PAGE_SLAB);
    if (!first) { // little is left: just room for one block
        pages = (size + PAGE - 1) / PAGE;
        first = take_run(memory, pages, PAGE_SLAB);
    }
    if (!first)
        return 0;
    struct page *slab = &memory->page[first];
    slab->count = (uint16_t)(pages * PAGE / size);
    slab->link = malloc(slab->count * sizeof slab->link[0]);
    if (!slab->link)
        return give_run(memory, first), 0;
    slab->class = (uint8_t) class;
    slab->size = (uint16_t)size;
    slab->used = slab->free = 0;
    for (uint16_t i = 0; i < slab->count; i++)
        slab->link[i] = i + 1 < slab->count ? i + 1 : NO_BLOCK;
    for (uint32_t p = 0; p < pages; p++)
        slab[p].slab = first;
    list_add(memory, first);
    return first;
}

static void slab_delete(struct memory *memory, uint32_t first) {
    struct page *slab = &memory->page[first];
    list_remove(memory, first);
    free(slab->link);
    for (uint32_t p = 0; p < slab->length; p++)
        slab[p].slab = 0;
    give_run(memory, first);
}

static char *take_block(struct memory *memory, size_t size) {
    uint32_t rounded;
    unsigned class = class_of(size, &rounded);
    uint32_t first = memory->partial[class];
    if (!first && !(first = slab_new(memory, class, rounded)))
        return NULL;
    struct page *slab = &memory->page[first];
    uint16_t block = slab->free;
    slab->free = slab->link[block];
    slab->link[block] = BLOCK_USED;
    if (++slab->used == slab->count)
        list_remove(memory, first);
    char *base = memory->base + (size_t)first * PAGE;
    if (slab->free != NO_BLOCK) // a worker was the last to write there
        sys_prefetch_own(base + (size_t)slab->free * slab->size);
    return base + (size_t)block * slab->size;
}

static void give_block(struct memory *memory, uint32_t first, uint32_t offset) {
    struct page *slab = &memory->page[first];
    uint32_t block = offset / slab->size;
    if (offset % slab->size || block >= slab->count ||
        slab->link[block] != BLOCK_USED)
        return; // not a block in use
    if (slab->used-- == slab->count)
        list_add(memory, first);
    slab->link[block] = slab->free;
    slab->free = (uint16_t)block;
    // The last slab of a class is kept: the next block is wanted soon.
    if (slab->used == 0 && (slab->prev || slab->next))
        slab_delete(memory, first);
}

static void delete_unused_slabs(struct memory *memory) {
    for (unsigned class = 0; class < MEMORY_CLASSES; class ++)
        for (uint32_t slab = memory->partial[class], next; slab; slab = next) {
            next = memory->page[slab].next;
            if (memory->page[slab].used == 0)
                slab_delete(memory, slab);
        }
}

static char *take(struct memory *memory, size_t size) {
    if (size <= SLAB_MAX)
        return take_block(memory, size);
    uint32_t first = take_run(memory, (size - 1) / PAGE + 1, PAGE_RUN);
    return first ? memory->base + (size_t)first * PAGE : NULL;
}

// Takes a block of the heap, aligned to 16 bytes; NULL: there is no room.
void *client_memory_take(struct memory *memory, size_t size, bool zeroed) {
    uint32_t touched = memory->touched;
    char *block = take(memory, size);
    if (!block) {
        delete_unused_slabs(memory);
        block = take(memory, size);
    }
    memory->touched = MAX(memory->touched, memory->top);
    // Memory that nobody has used yet is zero, and stays untaken if left so.
    if (block && zeroed && block < memory->base + (size_t)touched * PAGE)
        memset(block, 0, size);
    return block;
}

// Gives a block back. What is not one in use is ignored.
void client_memory_give(struct memory *memory, void *block) {
    size_t offset = (size_t)((char *)block - memory->base), p = offset / PAGE;
    if (p >= memory->top) // or in front of it: then it is a large number
        return;
    uint32_t slab = memory->page[p].slab;
    if (slab)
        give_block(memory, slab, (uint32_t)(offset - (size_t)slab * PAGE));
    else if (offset % PAGE == 0 && memory->page[p].state == PAGE_RUN)
        give_run(memory, (uint32_t)p);
}
