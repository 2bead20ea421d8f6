// SPDX-License-Identifier: MIT
// What gcc and clang make of each access to memory with -fsanitize=thread: a
// call. That sanitizer's own library is not linked; here an access to shared
// memory is a place where another process may go on.
//
// Runs in: every process of a run.
#include "schedule.h"

#include <string.h>

#define WHERE ((uintptr_t)__builtin_return_address(0))

// Not static: gcc and clang call them from the student's object.
#pragma GCC diagnostic ignored "-Wmissing-prototypes"
#ifndef __clang__ // with -fsanitize=address gcc knows the atomic ones by void *
#pragma GCC diagnostic ignored "-Wbuiltin-declaration-mismatch"
#endif

static void access_memory(enum step_kind kind, const volatile void *at,
                          size_t size, uintptr_t where) {
    if (self < 0 || !region_has((uintptr_t)at))
        return;
    turn_point();
    control_log_access(kind, where, (uintptr_t)at, size);
}

void __tsan_init(void) {}
void __tsan_func_entry(void *caller) { (void)caller; }
void __tsan_func_exit(void) {}

#define PLAIN(size)                                                            \
    void __tsan_read##size(void *at) {                                         \
        access_memory(STEP_READ, at, size, WHERE);                             \
    }                                                                          \
    void __tsan_write##size(void *at) {                                        \
        access_memory(STEP_WRITE, at, size, WHERE);                            \
    }                                                                          \
    void __tsan_unaligned_read##size(void *at) {                               \
        access_memory(STEP_READ, at, size, WHERE);                             \
    }                                                                          \
    void __tsan_unaligned_write##size(void *at) {                              \
        access_memory(STEP_WRITE, at, size, WHERE);                            \
    }                                                                          \
    void __tsan_volatile_read##size(void *at) {                                \
        access_memory(STEP_READ, at, size, WHERE);                             \
    }                                                                          \
    void __tsan_volatile_write##size(void *at) {                               \
        access_memory(STEP_WRITE, at, size, WHERE);                            \
    }                                                                          \
    void __tsan_read_write##size(void *at) {                                   \
        access_memory(STEP_READ, at, size, WHERE);                             \
        access_memory(STEP_WRITE, at, size, WHERE);                            \
    }                                                                          \
    void __tsan_unaligned_read_write##size(void *at) {                         \
        access_memory(STEP_READ, at, size, WHERE);                             \
        access_memory(STEP_WRITE, at, size, WHERE);                            \
    }
PLAIN(1)
PLAIN(2)
PLAIN(4)
PLAIN(8)
PLAIN(16)

void __tsan_read_range(void *at, unsigned long size) {
    access_memory(STEP_READ, at, size, WHERE);
}
void __tsan_write_range(void *at, unsigned long size) {
    access_memory(STEP_WRITE, at, size, WHERE);
}

// Atomic operations are one step. The order that the student asked for is not
// looked at: here all are sequentially consistent.
#define FETCH(bits, type, name, operation)                                     \
    type __tsan_atomic##bits##_##name(volatile type *at, type value,           \
                                      int order) {                             \
        (void)order;                                                           \
        access_memory(STEP_UPDATE, at, sizeof *at, WHERE);                     \
        return operation(at, value, __ATOMIC_SEQ_CST);                         \
    }

#define EXCHANGE_IF_EQUAL(bits, type, name)                                    \
    int __tsan_atomic##bits##_##name(volatile type *at, type *expected,        \
                                     type value, int order, int failed) {      \
        (void)order, (void)failed;                                             \
        access_memory(STEP_UPDATE, at, sizeof *at, WHERE);                     \
        return __atomic_compare_exchange_n(                                    \
            at, expected, value, 0, __ATOMIC_SEQ_CST, __ATOMIC_SEQ_CST);       \
    }

#define ATOMIC(bits, type)                                                     \
    type __tsan_atomic##bits##_load(const volatile type *at, int order) {      \
        (void)order;                                                           \
        access_memory(STEP_READ, at, sizeof *at, WHERE);                       \
        return __atomic_load_n(at, __ATOMIC_SEQ_CST);                          \
    }                                                                          \
    void __tsan_atomic##bits##_store(volatile type *at, type value,            \
                                     int order) {                              \
        (void)order;                                                           \
        access_memory(STEP_WRITE, at, sizeof *at, WHERE);                      \
        __atomic_store_n(at, value, __ATOMIC_SEQ_CST);                         \
    }                                                                          \
    FETCH(bits, type, exchange, __atomic_exchange_n)                           \
    FETCH(bits, type, fetch_add, __atomic_fetch_add)                           \
    FETCH(bits, type, fetch_sub, __atomic_fetch_sub)                           \
    FETCH(bits, type, fetch_and, __atomic_fetch_and)                           \
    FETCH(bits, type, fetch_or, __atomic_fetch_or)                             \
    FETCH(bits, type, fetch_xor, __atomic_fetch_xor)                           \
    FETCH(bits, type, fetch_nand, __atomic_fetch_nand)                         \
    EXCHANGE_IF_EQUAL(bits, type, compare_exchange_strong)                     \
    EXCHANGE_IF_EQUAL(bits, type, compare_exchange_weak)                       \
    type __tsan_atomic##bits##_compare_exchange_val(                           \
        volatile type *at, type expected, type value, int order, int failed) { \
        (void)order, (void)failed;                                             \
        access_memory(STEP_UPDATE, at, sizeof *at, WHERE);                     \
        __atomic_compare_exchange_n(at, &expected, value, 0, __ATOMIC_SEQ_CST, \
                                    __ATOMIC_SEQ_CST);                         \
        return expected;                                                       \
    }
ATOMIC(8, uint8_t)
ATOMIC(16, uint16_t)
ATOMIC(32, uint32_t)
ATOMIC(64, uint64_t)

// Without the processor's own instructions: nobody else has the turn.
#define PLAIN128(name, expression)                                             \
    uint128 __tsan_atomic128_##name(volatile uint128 *at, uint128 value,       \
                                    int order) {                               \
        (void)order;                                                           \
        access_memory(STEP_UPDATE, at, sizeof *at, WHERE);                     \
        uint128 was = *at;                                                     \
        *at = expression;                                                      \
        return was;                                                            \
    }

#ifdef __SIZEOF_INT128__
typedef unsigned __int128 uint128;

PLAIN128(exchange, value)
PLAIN128(fetch_add, was + value)
PLAIN128(fetch_sub, was - value)
PLAIN128(fetch_and, was &value)
PLAIN128(fetch_or, was | value)
PLAIN128(fetch_xor, was ^ value)
PLAIN128(fetch_nand, ~(was &value))

uint128 __tsan_atomic128_load(const volatile uint128 *at, int order) {
    (void)order;
    access_memory(STEP_READ, at, sizeof *at, WHERE);
    return *at;
}
void __tsan_atomic128_store(volatile uint128 *at, uint128 value, int order) {
    (void)order;
    access_memory(STEP_WRITE, at, sizeof *at, WHERE);
    *at = value;
}
int __tsan_atomic128_compare_exchange_strong(volatile uint128 *at,
                                             uint128 *expected, uint128 value,
                                             int order, int failed) {
    (void)order, (void)failed;
    access_memory(STEP_UPDATE, at, sizeof *at, WHERE);
    uint128 was = *at;
    bool equal = was == *expected;
    if (equal)
        *at = value;
    *expected = was;
    return equal;
}
int __tsan_atomic128_compare_exchange_weak(volatile uint128 *, uint128 *,
                                           uint128, int, int)
    __attribute__((alias("__tsan_atomic128_compare_exchange_strong")));
uint128 __tsan_atomic128_compare_exchange_val(volatile uint128 *at,
                                              uint128 expected, uint128 value,
                                              int order, int failed) {
    (void)order, (void)failed;
    access_memory(STEP_UPDATE, at, sizeof *at, WHERE);
    uint128 was = *at;
    if (was == expected)
        *at = value;
    return was;
}
#endif

void __tsan_atomic_thread_fence(int order) { (void)order; }
void __tsan_atomic_signal_fence(int order) { (void)order; }

// clang leaves copies as calls; gcc announces them (read_range, write_range).
void *__real_memcpy(void *, const void *, size_t);
void *__real_memmove(void *, const void *, size_t);
void *__real_memset(void *, int, size_t);

void *__wrap_memcpy(void *to, const void *from, size_t size) {
    access_memory(STEP_READ, from, size, WHERE);
    access_memory(STEP_WRITE, to, size, WHERE);
    return __real_memcpy(to, from, size);
}
void *__wrap_memmove(void *to, const void *from, size_t size) {
    access_memory(STEP_READ, from, size, WHERE);
    access_memory(STEP_WRITE, to, size, WHERE);
    return __real_memmove(to, from, size);
}
void *__wrap_memset(void *to, int byte, size_t size) {
    access_memory(STEP_WRITE, to, size, WHERE);
    return __real_memset(to, byte, size);
}
void *__tsan_memcpy(void *to, const void *from, size_t size)
    __attribute__((alias("__wrap_memcpy")));
void *__tsan_memmove(void *to, const void *from, size_t size)
    __attribute__((alias("__wrap_memmove")));
void *__tsan_memset(void *to, int byte, size_t size)
    __attribute__((alias("__wrap_memset")));
