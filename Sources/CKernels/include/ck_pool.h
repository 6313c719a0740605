/// A fork-join worker pool: the caller and `threads - 1` workers share out numbered tasks.
#pragma once
#include <stdint.h>

/// A pool, by value: an integer, so that Swift may pass it between threads.
typedef struct {
  uintptr_t raw;
} ck_pool;

/// One numbered task. `worker` is in 0..<threads and names the scratch space the task may use.
typedef void (*ck_task)(void *context, int64_t task, int64_t worker);

/// Starts `threads - 1` workers at the given niceness (0 keeps the process's).
/// Returns 0, or the error when one of them cannot be started; then none is left running.
int ck_pool_create(int64_t threads, int niceness, ck_pool *pool);

/// Runs tasks 0..<count and returns when all have ended. One caller at a time; others wait for their turn.
void ck_pool_run(ck_pool pool, int64_t count, ck_task task, void *context);

/// Ends the workers and gives the pool's memory back.
void ck_pool_destroy(ck_pool pool);

/// Cores of the calling thread's affinity mask (`taskset`, cpusets); at least 1.
int64_t ck_affinity_cores(void);

/// What a thread does.
typedef void (*ck_thread)(void *context);

/// Starts a detached thread with a name of at most 15 bytes and a stack of this size. Returns 0, or the error.
int ck_thread_start(const char *name, int64_t stack, ck_thread body, void *context);

/// Lowers the calling thread's priority (Linux: niceness is a thread's own). Errors are of no consequence.
void ck_thread_nice(int niceness);

/// A block of memory for a workspace: aligned to 2 MiB, huge pages advised. NULL when there is none.
void *ck_block_allocate(int64_t bytes);
void ck_block_free(void *block, int64_t bytes);
/// Says that part of a block must not be touched, or may be again: the address sanitizer then stops at who does. Nothing
/// happens in a build without it. Places and sizes are multiples of 64 bytes.
void ck_block_close(const void *place, int64_t bytes);
void ck_block_open(const void *place, int64_t bytes);
/// Bytes to leave closed behind every place; 0 in a build without the sanitizer.
int64_t ck_block_guard(void);

/// For the start of a program. glibc opens the heap of a thread page by page, each by a call to the system that makes
/// the other threads wait; from now on 64 MiB at a time, of which untouched pages take no memory. (Start on CIFAR-10's
/// 50,000 pictures: 50 ms sooner.)
void ck_heaps_open_at_once(void);
