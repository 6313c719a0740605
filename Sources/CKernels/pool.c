#include "ck_pool.h"

#include <errno.h>
#include <pthread.h>
#include <sched.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

// Workers look for new work this many times before they sleep: a step forks some hundred times, and waking costs more.
enum { SPINS = 2000 };

typedef struct {
  pthread_mutex_t turn;        // one run at a time
  pthread_mutex_t lock;        // guards sleeping and waking
  pthread_cond_t work, done;
  _Atomic uint64_t generation; // counts runs; a change means new work
  _Atomic int64_t next;        // the next task to take
  _Atomic int64_t busy;        // workers that have not finished this run
  _Atomic bool stopping;
  int64_t count, threads;
  ck_task task;
  void *context;
  int niceness;
  pthread_t *handles;
} pool_t;

typedef struct {
  pool_t *pool;
  int64_t worker;
} start_t;

typedef struct {
  ck_thread body;
  void *context;
  char name[16];
} named_start_t;

static void *named_main(void *argument) {
  named_start_t start = *(named_start_t *)argument;
  free(argument);
  pthread_setname_np(pthread_self(), start.name);
  start.body(start.context);
  return NULL;
}

static inline void pause_cpu(void) {
#if defined(__x86_64__)
  __builtin_ia32_pause();
#elif defined(__aarch64__)
  __asm__ volatile("yield");
#endif
}

int64_t ck_affinity_cores(void) {
  enum { CORES = 1 << 16 };
  static const size_t size = CORES / 8;
  cpu_set_t *mask = CPU_ALLOC(CORES);
  if (!mask) return 1;
  CPU_ZERO_S(size, mask);
  // More cores than the mask holds are an error: as many as are on line then.
  int64_t count = sched_getaffinity(0, size, mask) == 0 ? CPU_COUNT_S(size, mask) : sysconf(_SC_NPROCESSORS_ONLN);
  CPU_FREE(mask);
  return count > 0 ? count : 1;
}

void ck_thread_nice(int niceness) {
  if (niceness != 0) setpriority(PRIO_PROCESS, (id_t)syscall(SYS_gettid), niceness);
}

static void take_tasks(pool_t *pool, int64_t worker) {
  for (;;) {
    int64_t task = atomic_fetch_add(&pool->next, 1);
    if (task >= pool->count) return;
    pool->task(pool->context, task, worker);
  }
}

static void wait_for_work(pool_t *pool, uint64_t seen) {
  for (int i = 0; i < SPINS; i++) {
    if (atomic_load(&pool->generation) != seen) return;
    pause_cpu();
  }
  pthread_mutex_lock(&pool->lock);
  while (atomic_load(&pool->generation) == seen) pthread_cond_wait(&pool->work, &pool->lock);
  pthread_mutex_unlock(&pool->lock);
}

static void *worker_main(void *argument) {
  start_t start = *(start_t *)argument;
  free(argument);
  pool_t *pool = start.pool;
  ck_thread_nice(pool->niceness);
  for (uint64_t seen = 0;;) {
    wait_for_work(pool, seen);
    seen++;
    if (atomic_load(&pool->stopping)) return NULL;
    take_tasks(pool, start.worker);
    if (atomic_fetch_sub(&pool->busy, 1) == 1) {
      pthread_mutex_lock(&pool->lock);
      pthread_cond_signal(&pool->done);
      pthread_mutex_unlock(&pool->lock);
    }
  }
}

int ck_thread_start(const char *name, int64_t stack, ck_thread body, void *context) {
  pthread_attr_t attributes;
  pthread_t thread;
  pthread_attr_init(&attributes);
  pthread_attr_setdetachstate(&attributes, PTHREAD_CREATE_DETACHED);
  int error = pthread_attr_setstacksize(&attributes, (size_t)stack);
  named_start_t *start = error == 0 ? malloc(sizeof *start) : NULL;
  if (start) {
    *start = (named_start_t){.body = body, .context = context};
    strncpy(start->name, name, sizeof start->name - 1);
    error = pthread_create(&thread, &attributes, named_main, start);
    if (error != 0) free(start);
  } else if (error == 0) {
    error = ENOMEM;
  }
  pthread_attr_destroy(&attributes);
  return error;
}

static void announce(pool_t *pool) {
  pthread_mutex_lock(&pool->lock);
  atomic_fetch_add(&pool->generation, 1);
  pthread_cond_broadcast(&pool->work);
  pthread_mutex_unlock(&pool->lock);
}

static int start_worker(pool_t *pool, int64_t worker) {
  start_t *start = malloc(sizeof *start);
  if (!start) return ENOMEM;
  *start = (start_t){pool, worker};
  const int error = pthread_create(&pool->handles[worker], NULL, worker_main, start);
  if (error != 0) free(start);
  else pool->threads++;
  return error;
}

int ck_pool_create(int64_t threads, int niceness, ck_pool *made) {
  pool_t *pool = calloc(1, sizeof *pool);
  if (!pool) return ENOMEM;
  pool->niceness = niceness;
  pool->threads = 1;
  pool->handles = calloc((size_t)(threads > 0 ? threads : 1), sizeof *pool->handles);
  pthread_mutex_init(&pool->turn, NULL);
  pthread_mutex_init(&pool->lock, NULL);
  pthread_cond_init(&pool->work, NULL);
  pthread_cond_init(&pool->done, NULL);
  *made = (ck_pool){(uintptr_t)pool};
  int error = pool->handles ? 0 : ENOMEM;
  for (int64_t i = 1; error == 0 && i < threads; i++) error = start_worker(pool, i);
  if (error != 0) {
    ck_pool_destroy(*made);
    *made = (ck_pool){0};
  }
  return error;
}

void ck_pool_run(ck_pool handle, int64_t count, ck_task task, void *context) {
  pool_t *pool = (pool_t *)handle.raw;
  pthread_mutex_lock(&pool->turn);
  pool->count = count;
  pool->task = task;
  pool->context = context;
  atomic_store(&pool->next, 0);
  int64_t helpers = pool->threads - 1;
  bool shared = helpers > 0 && count > 1;
  if (shared) {
    atomic_store(&pool->busy, helpers);
    announce(pool);
  }
  take_tasks(pool, 0);
  if (shared) {
    for (int i = 0; i < SPINS && atomic_load(&pool->busy) > 0; i++) pause_cpu();
    pthread_mutex_lock(&pool->lock);
    while (atomic_load(&pool->busy) > 0) pthread_cond_wait(&pool->done, &pool->lock);
    pthread_mutex_unlock(&pool->lock);
  }
  pthread_mutex_unlock(&pool->turn);
}

void ck_pool_destroy(ck_pool handle) {
  pool_t *pool = (pool_t *)handle.raw;
  if (!pool) return;
  atomic_store(&pool->stopping, true);
  announce(pool);
  for (int64_t i = 1; i < pool->threads; i++) pthread_join(pool->handles[i], NULL);
  pthread_mutex_destroy(&pool->turn);
  pthread_mutex_destroy(&pool->lock);
  pthread_cond_destroy(&pool->work);
  pthread_cond_destroy(&pool->done);
  free(pool->handles);
  free(pool);
}
