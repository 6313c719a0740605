// glibc exports its allocator under a second name, so that a program's own malloc may pass on what it has counted.
#include "CAllocations.h"

#include <errno.h>
#include <stddef.h>

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

void *malloc(size_t bytes) {
  note(bytes);
  return __libc_malloc(bytes);
}
void *calloc(size_t count, size_t size) {
  note(count * size);
  return __libc_calloc(count, size);
}
void *realloc(void *block, size_t bytes) {
  note(bytes);
  return __libc_realloc(block, bytes);
}
void *aligned_alloc(size_t alignment, size_t bytes) {
  note(bytes);
  return __libc_memalign(alignment, bytes);
}
int posix_memalign(void **block, size_t alignment, size_t bytes) {
  note(bytes);
  *block = __libc_memalign(alignment, bytes);
  return *block ? 0 : ENOMEM;
}
#else
#define COUNTS 0
#endif

int ca_counts(void) { return COUNTS; }
