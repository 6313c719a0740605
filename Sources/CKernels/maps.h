// The numbers of feature maps as vectors of 16, one for each channel of a block: float32 or bfloat16 in memory, float32
// in registers.
#pragma once

#include "ck_maps.h"

// The baseline passes 64-byte vectors in memory; no such vector crosses a function that is not inlined.
#pragma clang diagnostic ignored "-Wpsabi"
#define INLINE static inline __attribute__((always_inline))

// Activations are 64-byte aligned; parameters and callers' arrays need not be, hence aligned(4).
typedef float v16 __attribute__((vector_size(64), aligned(4), may_alias));
typedef double d16 __attribute__((vector_size(128), aligned(8), may_alias));
typedef int i16 __attribute__((vector_size(64)));
typedef unsigned u16 __attribute__((vector_size(64)));
typedef unsigned short h16 __attribute__((vector_size(32), aligned(2), may_alias));

// Brings what will be read soon into the second-level cache; beyond the end of a map it does nothing.
#define FETCH(place) __builtin_prefetch(place, 0, 2)
#define FETCH_TO_WRITE(place) __builtin_prefetch(place, 1, 2)
// The lanes of value where the mask is set, zero elsewhere.
#define keep(value, mask) ((v16)((i16)(value) & (mask)))

// Two sums a channel, taken in float32 over a few hundred numbers and added up in float64: rounding does not grow with
// the batch.
typedef struct {
  v16 first, second;
} sums_t;
