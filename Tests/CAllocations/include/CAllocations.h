/// Counts what a thread asks malloc and mmap for. Linked into the tests, these take the place of the C library's.
#pragma once
#include <stdint.h>

/// Of the calling thread so far: allocations, those of at least 4 KiB among them, bytes in all; and bytes that it has
/// allocated or mapped more than it has given back.
typedef struct {
  int64_t count, large, bytes, held;
} ca_allocations;

ca_allocations ca_of_this_thread(void);
/// Whether anything is counted: not without glibc, and not under the address sanitizer.
int ca_counts(void);
