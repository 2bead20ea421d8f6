// SPDX-License-Identifier: MIT
// Taking, sleeping, waking and dying in the pool, for spin. What is one
// statement or one atomic here is one atomic operation there; a worker may be
// killed before any. Above a step, after "//:", file, function and code of the
// line of lib/ that it is; lines.sh finds each of them, or fails.
//
//   -DN= -DCHUNKS= -DKILLS=   workers, chunks, how many workers are killed
//   -DAHEAD=                  the client awaits the chunk so far ahead of the
//                             first that is not done; else the last one
//   -DAWAIT_ALL               it awaits any chunk, as where it has callbacks
//
// Switches that break the protocol, which spin must notice:
//   -DNO_RELOOK    a worker sleeps without a look after marking itself asleep
//   -DNO_CAS       claiming is a load and a store
//   -DDEATH_MUTE    the account of a death wakes no worker
//   -DDEATH_MARKED  the account of a death wakes only workers that are marked asleep
//   -DNO_TELL      the account of a death does not wake the client
//   -DNO_SAME      the client sleeps without asking which chunk it awaits again
//   -DNO_LOOK      the client sleeps without a look after saying what it awaits

#ifndef N
#define N 2
#endif
#ifndef CHUNKS
#define CHUNKS 2
#endif
#ifndef AHEAD
#define AHEAD 9
#endif
#ifndef KILLS
#define KILLS 1
#endif
#define NOBODY 9
#define NONE 9
#define ANY 8

mtype = { FREE, READY, RUNNING, DONE };
mtype state[CHUNKS] = FREE;
byte owner[CHUNKS] = NOBODY;
byte claims[CHUNKS]; // since it was last READY
byte tail, next;
byte lo[N], hi[N];
bool asleep[N], looking[N], in_futex[N];
bool wake[N] = true; // also where it has no meaning: states less
chan die[N] = [0] of { bit }; // one step of killer and worker together
byte awaited = NONE; // a chunk, ANY or NONE
bool event, over;

#if N == 2
#define nobody_looks (!looking[0] && !looking[1])
#define somebody_sleeps (asleep[0] || asleep[1])
#else
#define nobody_looks (!looking[0] && !looking[1] && !looking[2])
#define somebody_sleeps (asleep[0] || asleep[1] || asleep[2])
#endif

// From the load of the bitmap on, for one sleeper.
inline wake_one() {
    do
    //: arena_wake.c wake_sleepers: uint64_t asleep = load_relaxed(&arena->asleep[i]);
    :: atomic {
           do
           :: w < N && !asleep[w] -> w++
           :: else -> break
           od;
           if :: w == N -> w = 0; break :: else fi
       };
       //: arena_wake.c wake_sleepers: bitmap_set(arena->looking, worker);
       looking[w] = true;
       //: arena_wake.c wake_sleepers: if (bitmap_clear(arena->asleep, worker))
       atomic { was = asleep[w]; asleep[w] = false };
       if
       :: was
       //: arena_wake.c wake_sleepers: bitmap_clear(arena->looking, worker);
       :: !was -> looking[w] = false
       fi;
       //: arena_wake.c wake_sleepers: arena_wake_slot(&arena->slots[worker]);
       atomic { // and the futex
           wake[w] = true;
           w = 0;
           if :: was -> was = false; break :: else fi
       }
    od
}

inline call_worker() {
    if
    //: arena_wake.c arena_wake_one: if (any(arena, arena->asleep) &&
    :: somebody_sleeps ->
       if
       //: arena_wake.c arena_wake_one: !any(arena, arena->looking) &&
       :: nobody_looks ->
          if
          //: arena_wake.c arena_wake_one: atomic_load(&arena->next) < atomic_load(&arena->tail))
          :: next < tail -> wake_one()
          :: else
          fi
       :: else
       fi
    :: else
    fi
}

// worker_reserve(): the next in line, else one that another has reserved. `took`
// is false.
inline take() {
    do
    //: worker_reserve.c reserve_next: if (next >= tail)
    :: atomic { next >= tail -> break }
    //: worker_reserve.c reserve_next: set_reservation(self, next, hi);
    :: atomic { next < tail -> seen = next; lo[me] = seen; hi[me] = seen + 1 };
       //: worker_reserve.c reserve_next: if (atomic_compare_exchange_strong(&arena->next, &next, hi))
       atomic {
           took = (next == seen);
           if :: took -> next = seen + 1 :: else fi;
           seen = 0;
           if :: took -> break :: else fi
       }
    od;
    if
    :: took
    :: atomic {
           !took ->
           do
           //: worker_reserve.c steal: if (word_ready(word, lo)) {
           :: w < N && (w == me || lo[w] >= hi[w] || lo[w] >= next ||
                        state[lo[w]] != READY) -> w++
           :: else -> break
           od;
           if
           //: worker_reserve.c steal: set_reservation(self, lo, lo + 1);
           :: w < N -> lo[me] = lo[w]; hi[me] = lo[w] + 1; took = true
           :: else
           fi;
           w = 0
       }
    fi
}

// The client is told of chunk `seen`.
inline tell() {
    if
    //: arena_wake.c arena_finished: load_relaxed(&arena->awaited);
    :: awaited == seen || awaited == ANY ->
       //: arena_wake.c arena_finished: return !atomic_compare_exchange_strong(&arena->awaited, &awaited,
       atomic {
           was = (awaited == seen || awaited == ANY);
           if :: was -> awaited = NONE :: else fi;
           seen = 0
       };
       if
       //: arena_wake.c arena_finished: sys_event_signal(arena->client_event);
       :: atomic { was -> event = true; was = false }
       :: else
       fi
    //: arena_wake.c arena_finished: (awaited - AWAIT_CHUNK(from)) % positions > to - from)
    :: atomic { awaited != seen && awaited != ANY -> seen = 0 }
    fi
}

inline run_reserved() {
    if
    //: worker_run.c worker_run_reserved: if (seq >= hi || hi - seq > RESERVE_MAX)
    :: lo[me] < hi[me] ->
       if
       //: worker_run.c worker_run_reserved: if (!word_ready(word, seq))
       :: state[lo[me]] == READY ->
#ifdef NO_CAS
          atomic { state[lo[me]] = RUNNING; was = true };
          atomic { owner[lo[me]] = me; claims[lo[me]]++ };
#else
          //: worker_run.c worker_run_reserved: if (!atomic_compare_exchange_strong(&entry->word, &word, claimed))
          atomic {
              was = (state[lo[me]] == READY);
              if
              :: was -> state[lo[me]] = RUNNING; owner[lo[me]] = me;
                        claims[lo[me]]++
              :: else
              fi
          };
#endif
          if
          //: worker_run.c run_chunk: advance(self, entry, word, limited);
          :: atomic {
                 was -> // by one alone:
                 assert(claims[lo[me]] == 1);
                 state[lo[me]] = DONE; owner[lo[me]] = NOBODY; was = false
             }
          :: else
          fi
       :: else
       fi;
       //: worker_run.c worker_run_reserved: store_relaxed(&slot->lo, hi);
       atomic { seen = lo[me]; lo[me] = 0; hi[me] = 0 }; // nothing reserved
       //: worker_run.c worker_run_reserved: if (!arena_finished(arena, untold, hi - 1))
       tell()
    :: else
    fi
}

bool accounting; // the supervisor does one thing after the other

// super_account(), then a replacement in the slot
inline account() {
    atomic { !accounting -> accounting = true; in_futex[me] = false; seen = lo[me] };
    if
    //: super_account.c super_account: if (word_held_by(word, worker)) {
    :: seen < CHUNKS && state[seen] == RUNNING && owner[seen] == me ->
       if // another try, or lost
       //: super_account.c lose_item: word_make(CHUNK_READY, lap, word & WORD_FAULT, done) |
       :: atomic { claims[seen] = 0; owner[seen] = NOBODY; state[seen] = READY }
       //: super_account.c lose_item: atomic_store(&entry->word, word_make(state, lap, WORD_FAULT, done));
       :: atomic { owner[seen] = NOBODY; state[seen] = DONE }
       fi
    :: else
    fi;
    wake[me] = true; // has no meaning any more
#ifndef NO_TELL
    //: super_account.c super_account: atomic_store(&arena->awaited, AWAIT_NOTHING);
    awaited = NONE;
    //: super_account.c super_account: sys_event_signal(arena->client_event);
    event = true;
#endif
#ifndef DEATH_MUTE // arena_wake_all()
    //: arena_wake.c arena_wake_all: atomic_store(&arena->looking[i], 0);
    atomic {
        w = 0;
        do
        :: w < N -> looking[w] = false; w++
        :: else -> break
        od
    };
    //: arena_wake.c arena_wake_all: atomic_store(&arena->asleep[i], 0);
    atomic {
        w = 0;
        do
        :: w < N ->
#ifdef DEATH_MARKED
           if
           :: asleep[w] -> wake[w] = true
           :: else
           fi;
#endif
           asleep[w] = false;
           w++
        :: else -> break
        od
    };
#ifndef DEATH_MARKED
    //: arena_wake.c arena_wake_all: arena_wake_slot(&arena->slots[i]);
    atomic {
        w = 0;
        do
        :: w < N -> wake[w] = true; w++ // whoever sleeps, marked or not
        :: else -> break
        od
    };
#endif
#endif
    //: super_main.c spawn_missing: if (!spawn(s, i)) {
    atomic { w = 0; seen = 0; took = false; was = false; idle = false;
             accounting = false }
}

proctype worker(byte me) {
    byte w, seen;
    bool took, was, idle;
life:
    {
        idle = true;
        //: worker_main.c worker_main: worker_run_reserved(self); // what a predecessor left
        run_reserved();
        do
        //: worker_main.c worker_main: bool reserved = worker_reserve(arena, self->slot);
        :: take();
           if
           //: worker_main.c worker_main: arena_wake_one(arena);
           :: atomic { took && idle -> idle = false; took = false };
              call_worker();
              run_reserved()
           :: atomic { took && !idle -> took = false };
              run_reserved()
           //: worker_main.c spin: bitmap_set(arena->looking, self->index);
           :: atomic { !took -> idle = true; looking[me] = true };
              if
              //: worker_main.c spin: found = atomic_load(&arena->next) < atomic_load(&arena->tail) ||
              :: next < tail -> looking[me] = false
              //: worker_main.c spin: bitmap_clear(arena->looking, self->index);
              :: atomic { looking[me] = false }; // gave up
                 goto doze
              fi
           //: worker_main.c sleep_for_work: atomic_store(&self->slot->wake, 0);
           :: atomic { !took -> idle = true; wake[me] = false }; // no spinning
              //: worker_main.c sleep_for_work: bitmap_set(arena->asleep, self->index);
sleep:        asleep[me] = true;
#ifndef NO_RELOOK
              //: worker_main.c sleep_for_work: bool reserved = worker_reserve(arena, self->slot);
              take();
#endif
              if
              :: took
              //: worker_main.c sleep_for_work: sys_futex_wait(&self->slot->wake, 0, POOL_FOREVER);
              :: atomic { !took -> in_futex[me] = true };
end_asleep:      atomic { wake[me]; in_futex[me] = false }
              fi;
              //: worker_main.c sleep_for_work: bitmap_clear(arena->asleep, self->index);
              atomic { asleep[me] = false; wake[me] = true };
              //: worker_main.c sleep_for_work: bitmap_clear(arena->looking, self->index);
              looking[me] = false;
              if
              :: atomic { took -> idle = false; took = false };
                 call_worker();
                 run_reserved()
              :: !took
              fi
           fi
        od;
doze:   wake[me] = false;
        goto sleep
    } unless { die[me]?1 };
    account();
    goto life
}

// Kills one worker, at any moment, or none.
proctype killer() {
end_nobody:
    if
    :: die[0]!1
    :: die[1]!1
    fi
}

// What is done is accounted for, in order.
inline settle() {
    do
    //: client_result.c account: if (word_state(word) != CHUNK_DONE && status == 0)
    :: c < CHUNKS && state[c] == DONE -> c++
    :: else -> break
    od
}

// Which chunk to wait for.
inline to_await(wish) {
#ifdef AWAIT_ALL
    wish = ANY
#else
    wish = (c + AHEAD < CHUNKS -> c + AHEAD : CHUNKS - 1);
    //: client_result.c client_result_awaits: uint64_t word = atomic_load(&arena_entry(pool->arena, awaited)->word);
    wish = (state[wish] == DONE -> c : wish)
#endif
}

proctype client() {
    byte w, c, wish, again;
    bool was;
    do
    :: c < CHUNKS ->
       //: client_ring.c client_ring_push: store_release(&entry[i].word, ready);
       state[c] = READY;
       //: client_submit.c publish: store_release(&pool->arena->tail, pool->ring.seq);
       tail = c + 1;
       //: client_submit.c publish: arena_wake_one(pool->arena);
       call_worker();
       c++
    :: else -> break
    od;
    c = 0;
    do
    //: client_wait.c wait_ready: spin(pool, ready, what, result);
    :: settle();
       if :: c == CHUNKS -> break :: else fi;
       //: arena_wake.c arena_wake_one_more: if (atomic_load(&arena->next) >= atomic_load(&arena->tail))
       if
       :: next < tail ->
          wake_one();
          do
          //: arena_wake.c arena_wake_one_more: arena_wake_slot(&arena->slots[i]);
          :: atomic { w < N -> wake[w] = wake[w] || looking[w]; w++ }
          :: atomic { else -> w = 0; break }
          od
       :: else
       fi;
       do
       //: client_wait.c may_sleep: awaited = to_await(pool, result);
       :: atomic { to_await(wish) };
          //: client_wait.c may_sleep: atomic_store(&pool->arena->awaited, awaited);
          awaited = wish;
#ifndef NO_LOOK
          //: client_wait.c may_sleep: if (callbacks_due(pool) || ready(pool, what))
          settle();
          if
          :: c == CHUNKS -> goto over_wait
          :: else
          fi;
#endif
#ifdef NO_SAME
          break
#else
          //: client_wait.c may_sleep: } while (to_await(pool, result) != awaited);
          atomic {
              to_await(again);
              if
              :: again == wish -> again = 0; wish = 0; break
              :: else -> again = 0
              fi
          }
#endif
       od;
       //: client_watch.c client_wait_supervisor: int ready = poll(fds, 2, timeout_ms);
       event;
over_wait:
       //: client_wait.c wait_over: sys_event_drain(pool->arena->client_event);
       atomic { event = false; wish = 0 };
       //: client_wait.c wait_over: atomic_store(&pool->arena->awaited,
       awaited = NONE
    od;
    over = true
}

// When nothing can happen any more, all is done and all can be woken.
proctype monitor() {
    timeout;
    assert(over);
    w_check: assert(!(in_futex[0] && !asleep[0]) && !(in_futex[1] && !asleep[1]))
}

init {
    atomic {
        run worker(0);
        run worker(1);
#if N == 3
        run worker(2);
#endif
#if KILLS > 0
        run killer();
#endif
#if KILLS > 1
        run killer();
#endif
        run client();
        run monitor()
    }
}
