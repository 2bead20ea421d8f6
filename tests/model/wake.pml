// SPDX-License-Identifier: MIT
// Taking, sleeping, waking and dying in the pool, for spin. README.md says
// which function of lib/ each step is. What is one statement or one atomic
// here is one atomic operation there; a worker may be killed before any.
//
//   -DN= -DCHUNKS= -DKILLS=   workers, chunks, how many workers are killed
//
// Switches that break the protocol, which spin must notice:
//   -DNO_RELOOK    a worker sleeps without a look after marking itself asleep
//   -DNO_CAS       claiming is a load and a store
//   -DBURY_MUTE    a burial wakes no worker
//   -DBURY_MARKED  a burial wakes only workers that are marked asleep
//   -DNO_TELL      a burial does not wake the client

#ifndef N
#define N 2
#endif
#ifndef CHUNKS
#define CHUNKS 2
#endif
#ifndef KILLS
#define KILLS 1
#endif
#define NOBODY 9

mtype = { FREE, READY, RUNNING, DONE };
mtype state[CHUNKS] = FREE;
byte owner[CHUNKS] = NOBODY;
byte claims[CHUNKS], requeued[CHUNKS];
byte tail, next, kills;
byte lo[N], hi[N];
bool asleep[N], looking[N], wake[N], dead[N], in_futex[N];
bool awaited, event, over;

#if N == 2
#define nobody_looks (!looking[0] && !looking[1])
#else
#define nobody_looks (!looking[0] && !looking[1] && !looking[2])
#endif

// wake_sleepers(arena, 1)
inline wake_one() {
    do
    :: atomic {
           w = 0;
           do
           :: w < N && !asleep[w] -> w++
           :: else -> break
           od
       };
       if
       :: w == N -> break
       :: else
       fi;
       looking[w] = true;
       atomic { was = asleep[w]; asleep[w] = false };
       if
       :: was -> wake[w] = true; break // and the futex call, which sees it
       :: else -> looking[w] = false
       fi
    od;
    atomic { w = 0; was = false }
}

inline call_worker() {
    if
    :: next < tail && nobody_looks -> wake_one()
    :: else
    fi
}

// worker_take(): take_next(), then take_from() the others
inline take() {
    took = false;
    do
    :: atomic { next >= tail -> break }
    :: atomic { next < tail -> seen = next; lo[me] = seen; hi[me] = seen + 1 };
       atomic {
           took = (next == seen);
           if :: took -> next = seen + 1 :: else fi;
           seen = 0
       };
       if :: took -> break :: else fi
    od;
    if
    :: took
    :: else -> atomic {
           w = 0;
           do
           :: w < N && (w == me || lo[w] >= hi[w] || lo[w] >= next ||
                        state[lo[w]] != READY) -> w++
           :: else -> break
           od;
           if
           :: w < N -> lo[me] = lo[w]; hi[me] = lo[w] + 1; took = true
           :: else
           fi;
           w = 0
       }
    fi
}

// arena_finished()
inline tell() {
    if
    :: awaited -> atomic { was = awaited; awaited = false };
       if :: was -> event = true :: else fi
    :: else
    fi
}

// worker_run_reserved()
inline run_reserved() {
    seen = lo[me];
    if
    :: seen < hi[me] ->
       if
       :: state[seen] == READY ->
#ifdef NO_CAS
          state[seen] = RUNNING;
          atomic { owner[seen] = me; claims[seen]++; was = true };
#else
          atomic {
              was = (state[seen] == READY);
              if
              :: was -> state[seen] = RUNNING; owner[seen] = me; claims[seen]++
              :: else
              fi
          };
#endif
          if
          :: was ->
             assert(claims[seen] == requeued[seen] + 1); // by one alone
             atomic { state[seen] = DONE; owner[seen] = NOBODY }
          :: else
          fi
       :: else
       fi;
       atomic { lo[me] = hi[me]; seen = 0; was = false };
       tell();
       was = false
    :: else -> seen = 0
    fi
}

bool burying; // the supervisor does one thing after the other

// super_bury(), then a replacement in the slot
inline bury() {
    atomic { !burying -> burying = true; in_futex[me] = false };
    seen = lo[me];
    if
    :: seen < CHUNKS && state[seen] == RUNNING && owner[seen] == me ->
       if // lose_item(): another try, or lost
       :: atomic { requeued[seen]++; owner[seen] = NOBODY; state[seen] = READY }
       :: atomic { owner[seen] = NOBODY; state[seen] = DONE }
       fi
    :: else
    fi;
    asleep[me] = false;
#ifndef NO_TELL
    awaited = false;
    event = true;
#endif
#ifndef BURY_MUTE // arena_call_all()
    atomic {
        w = 0;
        do
        :: w < N -> looking[w] = false; w++
        :: else -> break
        od
    };
    atomic {
        w = 0;
        do
        :: w < N ->
#ifdef BURY_MARKED
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
#ifndef BURY_MARKED
    atomic {
        w = 0;
        do
        :: w < N -> wake[w] = true; w++ // whoever sleeps, marked or not
        :: else -> break
        od
    };
#endif
#endif
    atomic { w = 0; seen = 0; took = false; was = false; idle = false };
    atomic { burying = false; dead[me] = false }
}

proctype worker(byte me) {
    byte w, seen;
    bool took, was, idle;
life:
    {
        idle = true;
        run_reserved(); // what a predecessor left
        do
        :: take();
           if
           :: !took ->
              idle = true;
              if
              :: looking[me] = true; // spin()
                 was = (next < tail);
                 looking[me] = false
              :: was = false
              fi;
              if
              :: was -> was = false // found some: take it
              :: else -> // sleep_for_work()
                 wake[me] = false;
                 asleep[me] = true;
#ifndef NO_RELOOK
                 take();
#endif
                 if
                 :: !took ->
                    in_futex[me] = true;
end_asleep:         wake[me];
                    in_futex[me] = false
                 :: else
                 fi;
                 asleep[me] = false;
                 looking[me] = false
              fi
           :: else
           fi;
           if
           :: took ->
              if :: idle -> call_worker() :: else fi;
              idle = false;
              run_reserved()
           :: else
           fi
        od
    } unless { dead[me] };
    bury();
    goto life
}

proctype killer() {
end_no_more:
    do
    :: atomic { kills < KILLS && !dead[0] -> dead[0] = true; kills++ }
    :: atomic { kills < KILLS && !dead[1] -> dead[1] = true; kills++ }
    od
}

proctype client() {
    byte w, c;
    bool was;
    do
    :: c < CHUNKS ->
       state[c] = READY;
       tail = c + 1;
       call_worker();
       c++
    :: else -> break
    od;
    c = 0;
    do
    :: c == CHUNKS -> break
    :: c < CHUNKS && state[c] == DONE -> c++
    :: else -> // doze()
       awaited = true;
       if :: next < tail -> wake_one() :: else fi; // arena_call_another()
       if
       :: state[c] == DONE
       :: else ->
          event
       fi;
       event = false;
       awaited = false
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
        run killer();
        run client();
        run monitor()
    }
}
