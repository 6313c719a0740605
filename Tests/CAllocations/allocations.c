// glibc exports its allocator under a second name, so that a program's own malloc may pass on what it has counted.
#include "CAllocations.h"

#include <errno.h>
#include <malloc.h>
#include <stddef.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

static _Thread_local ca_allocations seen __attribute__((tls_model("initial-exec")));

static inline void note(size_t bytes) {
  seen.count++;
  seen.large += bytes >= 4096;
  seen.bytes += (int64_t)bytes;
}

ca_allocations ca_of_this_thread(void) { return seen; }

// The address sanitizer brings an allocator of its own, which must come first.
#if defined(__GLIBC__) && !__has_feature(address_sanitizer)
#define COUNTS 1
extern void *__libc_malloc(size_t);
extern void *__libc_calloc(size_t, size_t);
extern void *__libc_realloc(void *, size_t);
extern void *__libc_memalign(size_t, size_t);
extern void __libc_free(void *);

static void *held(void *block) {
  if (block != NULL) seen.held += (int64_t)malloc_usable_size(block);
  return block;
}
static void given_back(void *block) {
  if (block != NULL) seen.held -= (int64_t)malloc_usable_size(block);
}

void *malloc(size_t bytes) {
  note(bytes);
  return held(__libc_malloc(bytes));
}
void *calloc(size_t count, size_t size) {
  note(count * size);
  return held(__libc_calloc(count, size));
}
void *realloc(void *block, size_t bytes) {
  note(bytes);
  given_back(block);
  return held(__libc_realloc(block, bytes));
}
void *aligned_alloc(size_t alignment, size_t bytes) {
  note(bytes);
  return held(__libc_memalign(alignment, bytes));
}
int posix_memalign(void **block, size_t alignment, size_t bytes) {
  note(bytes);
  *block = held(__libc_memalign(alignment, bytes));
  return *block ? 0 : ENOMEM;
}
void free(void *block) {
  given_back(block);
  __libc_free(block);
}
void *mmap(void *place, size_t bytes, int protection, int flags, int file, off_t offset) {
  void *block = (void *)syscall(SYS_mmap, place, bytes, protection, flags, file, offset);
  if (block != MAP_FAILED) seen.held += (int64_t)bytes;
  return block;
}
int munmap(void *place, size_t bytes) {
  const int result = (int)syscall(SYS_munmap, place, bytes);
  if (result == 0) seen.held -= (int64_t)bytes;
  return result;
}
#else
#define COUNTS 0
#endif

int ca_counts(void) { return COUNTS; }
