// Memory: the block a workspace lives in, mapped straight from the system, so that giving it back really does; heaps.
#include "ck_pool.h"

#include <stddef.h>
#include <stdlib.h>
#include <sys/mman.h>
#if defined(__GLIBC__)
#include <malloc.h>
#endif

enum { HUGE_PAGE = 2 << 20 };

static size_t rounded(int64_t bytes) { return ((size_t)bytes + HUGE_PAGE - 1) / HUGE_PAGE * HUGE_PAGE; }

void *ck_block_allocate(int64_t bytes) {
  size_t size = rounded(bytes > 0 ? bytes : 1), mapped = size + HUGE_PAGE;
  char *raw = mmap(NULL, mapped, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
  if (raw == MAP_FAILED) return NULL;
  size_t before = (HUGE_PAGE - (uintptr_t)raw % HUGE_PAGE) % HUGE_PAGE;
  if (before > 0) munmap(raw, before);
  if (HUGE_PAGE - before > 0) munmap(raw + before + size, HUGE_PAGE - before);
  madvise(raw + before, size, MADV_HUGEPAGE);
  return raw + before;
}

void ck_heaps_open_at_once(void) {
#if defined(__GLIBC__)
  mallopt(M_TOP_PAD, 64 << 20);
#endif
}

void ck_block_free(void *block, int64_t bytes) {
  ck_block_open(block, bytes);
  munmap(block, rounded(bytes > 0 ? bytes : 1));
}

#if __has_feature(address_sanitizer)
#include <sanitizer/asan_interface.h>

int64_t ck_block_guard(void) { return 64; }
void ck_block_close(const void *place, int64_t bytes) { __asan_poison_memory_region(place, (size_t)bytes); }
void ck_block_open(const void *place, int64_t bytes) { __asan_unpoison_memory_region(place, (size_t)bytes); }
#else
int64_t ck_block_guard(void) { return 0; }
void ck_block_close(const void *place, int64_t bytes) { (void)place, (void)bytes; }
void ck_block_open(const void *place, int64_t bytes) { (void)place, (void)bytes; }
#endif
