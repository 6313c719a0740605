/// Counts what a thread asks malloc for. Linked into the tests, its malloc takes the place of the C library's.
#pragma once
#include <stdint.h>

/// Allocations of the calling thread so far, those of at least 4 KiB among them, and bytes in all.
typedef struct {
  int64_t count, large, bytes;
} ca_allocations;

ca_allocations ca_of_this_thread(void);
/// Whether anything is counted: not without glibc, and not under the address sanitizer.
int ca_counts(void);
