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
#else
#define nobody_looks (!looking[0] && !looking[1] && !looking[2])
#endif

// wake_sleepers(arena, 1); from the load of the bitmap on
inline wake_one() {
    do
    :: atomic {
           do
           :: w < N && !asleep[w] -> w++
           :: else -> break
           od;
           if :: w == N -> w = 0; break :: else fi
       };
       looking[w] = true;
       atomic { was = asleep[w]; asleep[w] = false };
       if
       :: atomic { was -> wake[w] = true; was = false; w = 0; break } // futex
       :: atomic { !was -> looking[w] = false; w = 0 }
       fi
    od
}

inline call_worker() {
    if
    :: next < tail && nobody_looks -> wake_one()
    :: else
    fi
}

// worker_take(): take_next(), then take_from() the others. `took` is false.
inline take() {
    do
    :: atomic { next >= tail -> break }
    :: atomic { next < tail -> seen = next; lo[me] = seen; hi[me] = seen + 1 };
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

// arena_finished() of chunk `seen`; only who clears the wish calls
inline tell() {
    if
    :: awaited == seen || awaited == ANY ->
       atomic {
           was = (awaited == seen || awaited == ANY);
           if :: was -> awaited = NONE :: else fi;
           seen = 0
       };
       if
       :: atomic { was -> event = true; was = false }
       :: else
       fi
    :: atomic { awaited != seen && awaited != ANY -> seen = 0 }
    fi
}

// worker_run_reserved()
inline run_reserved() {
    if
    :: lo[me] < hi[me] ->
       if
       :: state[lo[me]] == READY ->
#ifdef NO_CAS
          atomic { state[lo[me]] = RUNNING; was = true };
          atomic { owner[lo[me]] = me; claims[lo[me]]++ };
#else
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
          :: atomic {
                 was -> // by one alone:
                 assert(claims[lo[me]] == 1);
                 state[lo[me]] = DONE; owner[lo[me]] = NOBODY; was = false
             }
          :: else
          fi
       :: else
       fi;
       atomic { seen = lo[me]; lo[me] = 0; hi[me] = 0 }; // nothing reserved
       tell()
    :: else
    fi
}

bool burying; // the supervisor does one thing after the other

// super_bury(), then a replacement in the slot
inline bury() {
    atomic { !burying -> burying = true; in_futex[me] = false; seen = lo[me] };
    if
    :: seen < CHUNKS && state[seen] == RUNNING && owner[seen] == me ->
       if // lose_item(): another try, or lost
       :: atomic { claims[seen] = 0; owner[seen] = NOBODY; state[seen] = READY }
       :: atomic { owner[seen] = NOBODY; state[seen] = DONE }
       fi
    :: else
    fi;
    atomic { asleep[me] = false; wake[me] = true };
#ifndef NO_TELL
    awaited = NONE;
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
    atomic { w = 0; seen = 0; took = false; was = false; idle = false;
             burying = false }
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
           :: atomic { took && idle -> idle = false; took = false };
              call_worker();
              run_reserved()
           :: atomic { took && !idle -> took = false };
              run_reserved()
           :: atomic { !took -> idle = true; looking[me] = true }; // spin()
              if
              :: atomic { next < tail -> looking[me] = false } // found some
              :: atomic { looking[me] = false };               // or gave up:
                 goto doze
              fi
           :: atomic { !took -> idle = true; wake[me] = false }; // no spinning
sleep:        asleep[me] = true;
#ifndef NO_RELOOK
              take();
#endif
              if
              :: took
              :: atomic { !took -> in_futex[me] = true };
end_asleep:      atomic { wake[me]; in_futex[me] = false }
              fi;
              atomic { asleep[me] = false; wake[me] = true };
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
    bury();
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

// client_result_settled(): accounts for what is done, in order
inline settle() {
    do
    :: c < CHUNKS && state[c] == DONE -> c++
    :: else -> break
    od
}

// client_result_awaits(), its load of one word
inline to_await(wish) {
#ifdef AWAIT_ALL
    wish = ANY
#else
    wish = (c + AHEAD < CHUNKS -> c + AHEAD : CHUNKS - 1);
    wish = (state[wish] == DONE -> c : wish)
#endif
}

proctype client() {
    byte w, c, wish, again;
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
    :: settle();
       if :: c == CHUNKS -> break :: else fi;
       if :: next < tail -> wake_one() :: else fi; // arena_call_another()
       do // may_sleep()
       :: atomic { to_await(wish) };
          awaited = wish;
          settle();
          if
          :: c == CHUNKS -> goto over_wait
          :: else
          fi;
#ifndef NO_SAME
          atomic {
              to_await(again);
              if
              :: again == wish -> again = 0; wish = 0; break
              :: else -> again = 0
              fi
          }
#else
          break
#endif
       od;
       event; // asleep in poll()
over_wait:
       atomic { event = false; wish = 0 }; // wait_over()
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
