// The losses' tiles, one copy for each instruction set, and the choice between them at run time.
#include "ck_contrast.h"

#include "isa.h"

#include <math.h>
#include <string.h>

#pragma clang diagnostic ignored "-Wpsabi"
#define INLINE static inline __attribute__((always_inline))
#define UNROLL _Pragma("clang loop unroll(full)")
#define BLOCK CK_CONTRAST_BLOCK
// Stands where there is no pair: less than any similarity, and no loss or slope comes of it.
#define NO_SIMILARITY -1e30f

// Two blocks of views; rows are those of the first, columns those of the second.
typedef struct {
  int64_t first_row, rows, first_column, columns;
} tile_t;

static tile_t tile_of(const ck_contrast *c, int64_t block, int64_t other) {
  const int64_t row = block * BLOCK, column = other * BLOCK;
  const int64_t rows = c->views - row, columns = c->views - column;
  return (tile_t){row, rows < BLOCK ? rows : BLOCK, column, columns < BLOCK ? columns : BLOCK};
}

// The column of the row's partner when it stands in this tile, else −1.
static inline int64_t partner_in(const tile_t *t, int64_t row, int64_t views) {
  const int64_t view = t->first_row + row, half = views / 2;
  const int64_t column = (view < half ? view + half : view - half) - t->first_column;
  return column >= 0 && column < t->columns ? column : -1;
}

typedef struct {
  void (*forward)(const ck_contrast *, int64_t, int64_t, float *);
  void (*backward)(const ck_contrast *, int64_t, int64_t, float *);
  void (*compare)(const ck_contrast *, int64_t, int64_t, float *);
  void (*begin)(const ck_contrast *, const float *, int64_t);
  void (*end)(const ck_contrast *, int64_t);
} contrast_t;

// Tiles of products fit the registers: 16 of 4 or 8 lanes on x86-64, 32 of 16 with AVX-512, 32 of 4 on ARM.
#define KERNEL(name) name##_baseline
#define LANES 4
#define PRODUCT_VECTORS 2
#if defined(__aarch64__)
#define PRODUCT_ROWS 8
#else
#define PRODUCT_ROWS 4
#endif
#include "contrast_body.inc"
#undef KERNEL
#undef LANES
#undef PRODUCT_ROWS
#undef PRODUCT_VECTORS

#if defined(__x86_64__)
AVX2_BEGIN
#define KERNEL(name) name##_avx2
#define LANES 8
#define PRODUCT_ROWS 4
#define PRODUCT_VECTORS 2
#include "contrast_body.inc"
#undef KERNEL
#undef LANES
#undef PRODUCT_ROWS
#undef PRODUCT_VECTORS
ISA_END

AVX512_BEGIN
#define KERNEL(name) name##_avx512
#define LANES 16
#define PRODUCT_ROWS 8
#define PRODUCT_VECTORS 2
#include "contrast_body.inc"
#undef KERNEL
#undef LANES
#undef PRODUCT_ROWS
#undef PRODUCT_VECTORS
ISA_END
#endif

CHOOSE(contrast_t, contrast_kernels)

int64_t ck_contrast_scratch(int64_t stride) { return (stride + BLOCK) * BLOCK; }

void ck_contrast_begin(const ck_contrast *c, const float *x, int64_t block) { chosen->begin(c, x, block); }
void ck_contrast_forward(const ck_contrast *c, int64_t block, int64_t other, float *scratch) {
  chosen->forward(c, block, other, scratch);
}
void ck_contrast_backward(const ck_contrast *c, int64_t block, int64_t other, float *scratch) {
  chosen->backward(c, block, other, scratch);
}
void ck_contrast_compare(const ck_contrast *c, int64_t block, int64_t other, float *scratch) {
  chosen->compare(c, block, other, scratch);
}
void ck_contrast_end(const ck_contrast *c, int64_t block) { chosen->end(c, block); }
