// SPDX-License-Identifier: MIT
// The ring from the client's side: giving entries to chunks, and pages back.
//
// Interface: chunks are numbered in the order of submission. Numbers are spread
// over ring pages of 256 entries by the directory. A page is used again, last
// freed first, once every entry on it has been retired, so few pending chunks
// keep to little memory however many have gone before. Where the directory
// comes round to a page that still holds a chunk (one may run for hours), the
// 256 numbers are skipped: workers find nothing READY there.
//
// Runs in: client.
#include "client.h"

#define NO_STRETCH UINT64_MAX

bool client_ring_init(struct pool *pool) {
    struct ring *ring = &pool->ring;
    ring->page = sys_map_private(ring->pages * sizeof *ring->page);
    if (ring->page)
        ring->page[0].stretch = NO_STRETCH; // an empty directory points to it
    return ring->page != NULL;
}

void client_ring_end(struct pool *pool) {
    if (pool->ring.page)
        munmap(pool->ring.page, pool->ring.pages * sizeof *pool->ring.page);
}

bool client_ring_has_room(struct pool *pool, uint64_t chunks) {
    struct ring *ring = &pool->ring;
    uint64_t free = ring->free_count + (uint64_t)(ring->pages - ring->used);
    return chunks / RING_PAGE + 2 <= free;
}

static _Atomic uint32_t *place_of(struct pool *pool, uint64_t stretch) {
    return &pool->arena->directory[stretch & pool->arena->directory_mask];
}

static uint32_t page_at(struct pool *pool, uint64_t stretch) {
    return load_relaxed(place_of(pool, stretch));
}

// The list that a page is in when it is free: see arena_message().
static uint32_t *list_of(struct pool *pool, uint32_t page) {
    size_t entry = (size_t)page * RING_PAGE;
    return &pool->ring.free[entry >= pool->arena->message_count];
}

static void page_free(struct pool *pool, uint32_t page) {
    struct ring *ring = &pool->ring;
    uint32_t *list = list_of(pool, page);
    ring->page[page] = (struct ring_page){.stretch = NO_STRETCH, .next = *list};
    *list = page + 1;
    ring->free_count++;
}

// A free page, if possible one with room for messages.
static uint32_t page_take(struct pool *pool) {
    struct ring *ring = &pool->ring;
    uint32_t *list = ring->free[0] ? ring->free : list_of(pool, ring->used);
    if (!*list)
        return ring->used++;
    uint32_t page = *list - 1;
    *list = ring->page[page].next;
    ring->free_count--;
    return page;
}

// Puts a page under the numbers from the next one on.
static void page_begin(struct pool *pool) {
    struct ring *ring = &pool->ring;
    uint64_t stretch = ring->seq / RING_PAGE;
    if (stretch > 0) { // the one before may have been retired as it was filled
        uint32_t full = page_at(pool, stretch - 1);
        if (ring->page[full].stretch == stretch - 1 &&
            ring->page[full].live == 0)
            page_free(pool, full);
    }
    uint64_t holder; // of the place for `stretch`: an older page, perhaps
    while ((holder = ring->page[page_at(pool, stretch)].stretch) !=
               NO_STRETCH &&
           place_of(pool, holder) == place_of(pool, stretch))
        stretch++;
    uint32_t page = page_take(pool);
    ring->page[page].stretch = stretch;
    store_relaxed(place_of(pool, stretch), page);
    ring->seq = stretch * RING_PAGE;
}

// How many of `wanted` chunks fit on the page that the next number is on.
uint32_t client_ring_room(struct pool *pool, uint64_t wanted) {
    if (pool->ring.seq % RING_PAGE == 0)
        page_begin(pool);
    return (uint32_t)MIN(wanted, RING_PAGE - pool->ring.seq % RING_PAGE);
}

// Makes `count` chunks from `chunk` on READY: as many as there is room for.
// Workers look for them once `tail` has passed them; one with an old hint may
// take them at once, and may.
void client_ring_push(struct pool *pool, struct job *job, uint32_t chunk,
                      uint32_t count) {
    struct ring *ring = &pool->ring;
    uint32_t unit = (uint32_t)(((char *)job - (char *)pool->arena) / JOB_UNIT);
    struct entry *entry = arena_entry(pool->arena, ring->seq);
    uint64_t ready = word_make(CHUNK_READY, WORD_LAP(ring->seq), 0, 0);
    for (uint32_t i = 0; i < count; i++) {
        entry[i].job = unit;
        entry[i].chunk = chunk + i;
        store_release(&entry[i].word, ready);
    }
    ring->page[page_at(pool, ring->seq / RING_PAGE)].live += (uint16_t)count;
    ring->seq += count;
}

// `seq`, or where it begins a stretch that was skipped, the number after that.
uint64_t client_ring_skip_gap(struct pool *pool, uint64_t seq) {
    while (pool->ring.page[page_at(pool, seq / RING_PAGE)].stretch !=
           seq / RING_PAGE)
        seq += RING_PAGE;
    return seq;
}

// The client has read all it wants to know from `count` finished entries of one
// page.
void client_ring_retire(struct pool *pool, uint64_t seq, uint32_t count) {
    struct ring *ring = &pool->ring;
    uint32_t page = page_at(pool, seq / RING_PAGE);
    bool filling = (ring->seq - 1) / RING_PAGE == seq / RING_PAGE &&
                   ring->seq % RING_PAGE != 0;
    ring->page[page].live -= (uint16_t)count;
    if (ring->page[page].live == 0 && count && !filling)
        page_free(pool, page);
}
