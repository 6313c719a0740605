// Pictures: one copy of their loops for each instruction set. Without fused multiply-add, which not all of them have,
// and with sums in a fixed order, so that every copy gives the same bytes.
#include "ck_images.h"

#include "isa.h"

#include <math.h>
#include <string.h>

#pragma STDC FP_CONTRACT OFF
#pragma clang diagnostic ignored "-Wpsabi"
#define INLINE static inline __attribute__((always_inline))
#define UNROLL _Pragma("clang loop unroll(full)")
// Over the few taps of a blur: unrolled, the common short kernels take longer.
#define NOT_UNROLLED _Pragma("clang loop unroll(disable)")

typedef float v4 __attribute__((vector_size(16), aligned(4), may_alias));
typedef float v16 __attribute__((vector_size(64), aligned(4), may_alias));
typedef float v32 __attribute__((vector_size(128), aligned(4), may_alias));
typedef int i4 __attribute__((vector_size(16)));
typedef int i16 __attribute__((vector_size(64)));
typedef uint8_t b16 __attribute__((vector_size(16), aligned(1), may_alias));
typedef uint8_t b32 __attribute__((vector_size(32)));

// Of red, where it is not said.
#define RED 0.299f
#define GREEN 0.587f
#define BLUE 0.114f
// Pixels that colour operations take one after another while they are in the first-level cache: 12 KiB of floats.
#define STRIP_PIXELS 1024

typedef struct {
  void (*resample)(const uint8_t *, int64_t, ck_axis, ck_axis, float *, float *);
  void (*colors)(float *, int64_t, const ck_color *, int64_t);
  void (*blur)(float *, int64_t, int64_t, const float *, int64_t, ck_border, float *);
  void (*round)(const float *, int64_t, uint8_t *);
} images_t;

static double support_of(ck_axis axis) {
  const double scale = (double)axis.source / (double)axis.scaled;
  return scale > 1 ? scale : 1;
}

// As many source samples as can have a part in one wanted sample.
static int64_t taps_of(ck_axis axis) {
  const int64_t taps = axis.filter == CK_BICUBIC ? 4 : (int64_t)ceil(2 * support_of(axis));
  return taps < axis.source ? taps : axis.source;
}

// Slots of a ring that holds this many rows; a power of two, so that a row finds its slot by a mask.
static int64_t ring_of(int64_t rows) {
  int64_t slots = 1;
  while (slots < rows) slots *= 2;
  return slots;
}

static int64_t whole_vectors(int64_t floats) { return (floats + 31) / 32 * 32; }

// −1 is 1, −2 is 2, n is n − 2: the edge pixel is not repeated.
static int64_t reflect(int64_t i, int64_t n) { return i < 0 ? -i : i >= n ? 2 * (n - 1) - i : i; }

#define COPY "images_copy.inc"
#include "copies.inc"

CHOOSE(images_t, images)

int64_t ck_image_resample_scratch(ck_axis x, ck_axis y) {
  const int64_t x_taps = taps_of(x), y_taps = taps_of(y);
  return 3 * x.source + 1 + ring_of(y_taps) * 3 * x.count + x.count * (x_taps + 1) + y.count * (y_taps + 1);
}

void ck_image_resample(const uint8_t *rgb, int64_t width, ck_axis x, ck_axis y, float *planes, float *scratch) {
  chosen->resample(rgb, width, x, y, planes, scratch);
}

void ck_image_colors(float *planes, int64_t pixels, const ck_color *colors, int64_t count) {
  chosen->colors(planes, pixels, colors, count);
}

int64_t ck_image_blur_scratch(int64_t width, int64_t radius) {
  return 16 + (ring_of(2 * radius + 1) + 2) * whole_vectors(width) + 2 * radius;
}

void ck_image_blur(float *planes, int64_t width, int64_t height, const float *taps, int64_t radius, ck_border border,
                   float *scratch) {
  chosen->blur(planes, width, height, taps, radius, border, scratch);
}

void ck_image_round(const float *planes, int64_t pixels, uint8_t *rgb) { chosen->round(planes, pixels, rgb); }
