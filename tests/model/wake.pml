// SPDX-License-Identifier: MIT
// Taking, sleeping, waking and dying in the pool, for spin. README.md says
// which function of lib/ each step is. What is one statement or one d_step
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
    w = 0;
    do
    :: w == N -> break
    :: w < N && !asleep[w] -> w++
    :: w < N && asleep[w] ->
       looking[w] = true;
       d_step { was = asleep[w]; asleep[w] = false };
       if
       :: was -> wake[w] = true; break // and the futex call, which sees it
       :: else -> looking[w] = false; w++
       fi
    od
}

inline call_worker() {
    if
    :: next < tail && nobody_looks -> wake_one()
    :: else
    fi
}

// worker_take()
inline take() {
    took = false;
    do
    :: seen = next;
       if
       :: seen >= tail -> break
       :: else
       fi;
       lo[me] = seen;
       hi[me] = seen + 1;
       d_step {
           took = (next == seen);
           if :: took -> next = seen + 1 :: else fi
       };
       if :: took -> break :: else fi
    od;
    w = 0;
    do
    :: took || w == N -> break
    :: !took && w < N ->
       seen = lo[w];
       if
       :: w != me && seen < hi[w] && seen < next && state[seen] == READY ->
          lo[me] = seen;
          hi[me] = seen + 1;
          took = true
       :: else -> w++
       fi
    od
}

// arena_finished()
inline tell() {
    if
    :: awaited -> d_step { was = awaited; awaited = false };
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
          d_step { owner[seen] = me; claims[seen]++; was = true };
#else
          d_step {
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
             d_step { state[seen] = DONE; owner[seen] = NOBODY }
          :: else
          fi
       :: else
       fi;
       lo[me] = hi[me];
       tell()
    :: else
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
       :: d_step { requeued[seen]++; owner[seen] = NOBODY; state[seen] = READY }
       :: d_step { owner[seen] = NOBODY; state[seen] = DONE }
       fi
    :: else
    fi;
    asleep[me] = false;
#ifndef NO_TELL
    awaited = false;
    event = true;
#endif
#ifndef BURY_MUTE
    w = 0;
    do
    :: w < N ->
       looking[w] = false;
#ifndef BURY_MARKED
       asleep[w] = false;
#endif
       w++
    :: w == N -> break
    od;
    w = 0;
    do
    :: w == N -> break
    :: w < N ->
#ifdef BURY_MARKED
       if
       :: asleep[w] ->
          looking[w] = true;
          d_step { was = asleep[w]; asleep[w] = false };
          if :: was -> wake[w] = true :: else -> looking[w] = false fi
       :: else
       fi;
#else
       wake[w] = true; // whoever sleeps, marked or not
#endif
       w++
    od;
#endif
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
              :: was // found some: take it
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
    :: d_step { kills < KILLS && !dead[0] -> dead[0] = true; kills++ }
    :: d_step { kills < KILLS && !dead[1] -> dead[1] = true; kills++ }
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
