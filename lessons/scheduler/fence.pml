// SPDX-License-Identifier: MIT
// One worker that goes to sleep, one client that submits, and between each of
// them and the memory a store buffer: what tests/model/litmus/worker-sleeps.litmus
// asks, as a model that one can play.
//
//   -DX86           a read-modify-write empties the store buffer
//   -DWEAK          it does not
//   -DFENCE         the worker has its fence after its mark, as in the library
//   -DFENCE_BEFORE  the fence stands before the mark instead
//   -DFENCE_TWICE   the client has two

mtype = { NOTHING, WAITING };
bool tail, asleep;                     // in memory
mtype tail_buffer = NOTHING;           // the client's store of tail
mtype asleep_buffer = NOTHING;         // the worker's mark
bool wake, in_futex, over;

proctype client() {
    bool seen;
    //: client_submit.c publish: store_release(&pool->arena->tail, pool->ring.seq);
    tail_buffer = WAITING;
    //: arena_wake.c arena_wake_one: atomic_thread_fence(memory_order_seq_cst);
    tail_buffer == NOTHING;
#ifdef FENCE_TWICE
    tail_buffer == NOTHING;
#endif
    //: arena_wake.c any: bits |= load_relaxed(&bitmap[i]);
    seen = asleep;
    if
    //: arena_wake.c arena_wake_slot: atomic_store(&slot->wake, 1);
    :: seen -> wake = true
    :: else
    fi
}

proctype worker() {
    bool found;
#ifdef FENCE_BEFORE
    asleep_buffer == NOTHING;
#endif
    //: worker_main.c sleep_for_work: bitmap_set(arena->asleep, self->index);
#ifdef X86
    asleep = true;
#else
    asleep_buffer = WAITING;
#endif
#ifdef FENCE
    //: worker_main.c sleep_for_work: atomic_thread_fence(memory_order_seq_cst);
    asleep_buffer == NOTHING;
#endif
    //: worker_reserve.c reserve_next: load_acquire(&arena->tail);
    found = tail;
    if
    :: found
    //: worker_main.c sleep_for_work: sys_futex_wait(&self->slot->wake, 0, POOL_FOREVER);
    :: !found -> in_futex = true;
       wake;
       in_futex = false
    fi;
    over = true // it runs the chunk
}

proctype client_buffer() {
    atomic { tail_buffer == WAITING -> tail = true; tail_buffer = NOTHING }
}

proctype worker_buffer() {
end_nothing:
    atomic { asleep_buffer == WAITING -> asleep = true; asleep_buffer = NOTHING }
}

// When nothing can happen any more, the chunk is done.
proctype monitor() {
    timeout;
    assert(over)
}

init {
    atomic {
        run client();
        run worker();
        run client_buffer();
        run worker_buffer();
        run monitor()
    }
}
