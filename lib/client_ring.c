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

#include <sys/mman.h>

#define NO_STRETCH UINT64_MAX

static size_t bookkeeping_size(uint32_t pages) {
    return pages * (sizeof(uint64_t) + 2 * sizeof(uint32_t) + sizeof(uint16_t));
}

bool client_ring_init(struct pool *pool) {
    struct ring *ring = &pool->ring;
    uint32_t pages = ring->pages;
    char *memory = sys_map_private(bookkeeping_size(pages));
    if (!memory)
        return false;
    ring->stretch = (uint64_t *)memory;
    ring->free = (uint32_t *)(ring->stretch + pages);
    ring->free_block = ring->free + pages;
    ring->live = (uint16_t *)(ring->free_block + pages);
    ring->stretch[0] = NO_STRETCH; // which an empty directory points to
    return true;
}

void client_ring_end(struct pool *pool) {
    if (pool->ring.stretch)
        munmap(pool->ring.stretch, bookkeeping_size(pool->ring.pages));
}

bool client_ring_has_room(struct pool *pool, uint64_t chunks) {
    struct ring *ring = &pool->ring;
    uint64_t free = ring->free_count + (uint64_t)(ring->pages - ring->used);
    return chunks / RING_PAGE + 2 <= free;
}

static uint32_t page_at(struct pool *pool, uint64_t stretch) {
    return atomic_load_explicit(
        &pool->arena->directory[stretch & pool->arena->directory_mask],
        memory_order_relaxed);
}

static bool page_holds(struct pool *pool, uint64_t stretch) {
    return pool->ring.stretch[page_at(pool, stretch)] == stretch;
}

// True while the directory's place for `stretch` is held by an older page.
static bool place_taken(struct pool *pool, uint64_t stretch) {
    uint64_t mask = pool->arena->directory_mask;
    uint64_t holder = pool->ring.stretch[page_at(pool, stretch)];
    return holder != NO_STRETCH && (holder & mask) == (stretch & mask);
}

static void page_free(struct pool *pool, uint32_t page) {
    struct ring *ring = &pool->ring;
    if (pool->arena->message_block[page])
        ring->free_block[ring->free_blocks++] =
            pool->arena->message_block[page];
    ring->stretch[page] = NO_STRETCH;
    ring->free[ring->free_count++] = page;
}

// Puts a page under the numbers from the next one on.
static void page_begin(struct pool *pool) {
    struct ring *ring = &pool->ring;
    uint64_t stretch = ring->seq / RING_PAGE;
    if (stretch > 0) { // the one before may have been retired as it was filled
        uint32_t full = page_at(pool, stretch - 1);
        if (ring->stretch[full] == stretch - 1 && ring->live[full] == 0)
            page_free(pool, full);
    }
    while (place_taken(pool, stretch))
        stretch++;
    uint32_t page =
        ring->free_count ? ring->free[--ring->free_count] : ring->used++;
    ring->stretch[page] = stretch;
    ring->live[page] = 0;
    uint32_t *block = &pool->arena->message_block[page];
    if (ring->free_blocks)
        *block = ring->free_block[--ring->free_blocks];
    else
        *block = ring->blocks < ring->pages / 8 ? ++ring->blocks : 0;
    atomic_store_explicit(
        &pool->arena->directory[stretch & pool->arena->directory_mask], page,
        memory_order_relaxed);
    ring->seq = stretch * RING_PAGE;
}

// How many of `wanted` chunks fit on the page that the next number is on.
uint32_t client_ring_room(struct pool *pool, uint64_t wanted) {
    if (pool->ring.seq % RING_PAGE == 0)
        page_begin(pool);
    uint32_t room = RING_PAGE - pool->ring.seq % RING_PAGE;
    return wanted < room ? (uint32_t)wanted : room;
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
        atomic_store_explicit(&entry[i].word, ready, memory_order_release);
    }
    ring->live[page_at(pool, ring->seq / RING_PAGE)] += (uint16_t)count;
    ring->seq += count;
}

// `seq`, or where it begins a stretch that was skipped, the number after that.
uint64_t client_ring_skip_gap(struct pool *pool, uint64_t seq) {
    while (!page_holds(pool, seq / RING_PAGE))
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
    ring->live[page] -= (uint16_t)count;
    if (ring->live[page] == 0 && count && !filling)
        page_free(pool, page);
}
