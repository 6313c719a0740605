// Direct convolution on blocked feature maps, one copy for each instruction set, and the packing of its weights.
#include "ck_network.h"

#include "isa.h"
#include "maps.h"

#include <string.h>
#if defined(__x86_64__)
#include <immintrin.h>
#endif

#define UNROLL _Pragma("clang loop unroll(full)")
#define LOOP _Pragma("clang loop unroll_count(2) vectorize(disable)")
// Stops the compiler from moving loads over pixels, for which there are no registers.
#define KEEP_IN_PLACE __asm__ volatile("" ::: "memory")
// Into the second-level cache.
#define FETCH(place) __builtin_prefetch(place, 0, 2)

// What the tiles of a row have in common; distances in numbers.
typedef struct {
  const void *weights;
  int64_t rows, x_row, weight_row, weight_tap, weight_block, y_step, y_block;
  // From the numbers of x that are read to those to fetch for later; 0: none.
  int64_t ahead;
  int adds;
} tiles_t;
typedef void (*way_t)(const tiles_t *, const void *, float *, int);
// Kernel columns that a row of pixels sees, from neighbouring pixels of x or from every other one.
enum { THREE, THREE_APART, ONE, ONE_APART, TWO, PICTURE_THREE, PICTURE_SEVEN, WAY_COUNT };
// Blocks of input that a 1×1 kernel sums before it goes to the next pixels: their weights stay in the first-level cache.
#define POINT_BLOCKS 8

// A band of rows of y in some images; distances in floats.
typedef struct {
  int64_t images, rows, width, right, x_image, x_row, dy_image, dy_row, dy_block, weight_block;
  // From the numbers that are read to those to fetch for the next band; 0: none.
  int64_t x_ahead, dy_ahead;
} band_t;
// How a band adds to the gradients of `many` input channels.
typedef struct {
  void (*run)(const band_t *, const float *, const float *, float *);
  int64_t many;
} gradient_way_t;

// Bands of at most 256 pixels that a convolution takes one after the other, so that x is read from the second-level
// cache for all outputs.
static int64_t bands_of(const ck_geometry *g) { return (g->out_height * g->out_width + 255) / 256; }

// A band has about BAND_PIXELS pixels: so many images where they are small, or so many rows of one.
#define BAND_PIXELS 128
static int64_t images_together(const ck_geometry *g) {
  const int64_t pixels = g->out_height * g->out_width;
  return pixels < BAND_PIXELS ? BAND_PIXELS / pixels : 1;
}
static int64_t rows_together(const ck_geometry *g) {
  return g->out_width < BAND_PIXELS ? BAND_PIXELS / g->out_width : 1;
}

// The rows of a picture that `rows` rows of y from `top` on see, with zeros around them; padded_row floats each.
static int64_t padded_row(const ck_geometry *g) { return (g->width + 2 * g->padding) * g->lanes; }
static void pad_rows(const float *x, float *to, const ck_geometry *g, int64_t top, int64_t rows) {
  const int64_t row = g->width * g->lanes, side = g->padding * g->lanes, first = top * g->stride - g->padding;
  const int64_t end = first + (rows - 1) * g->stride + g->kernel_height;
  for (int64_t iy = first; iy < end; iy++, to += row + 2 * side) {
    const int inside = iy >= 0 && iy < g->height;
    memset(to, 0, (size_t)(inside ? side : row + 2 * side) * sizeof(float));
    if (!inside) continue;
    memcpy(to + side, x + iy * row, (size_t)row * sizeof(float));
    memset(to + side + row, 0, (size_t)side * sizeof(float));
  }
}

typedef struct {
  void (*convolve)(const float *, const float *, float *, const ck_geometry *, int64_t, int64_t, int64_t);
  void (*convolve_back)(const float *, const float *, float *, const ck_geometry *, int64_t, int64_t, int64_t);
  void (*convolve_weights)(const float *, const float *, float *, const ck_geometry *, int64_t, int64_t, int64_t);
  void (*convolve_picture)(const float *, const float *, float *, const ck_geometry *, int64_t, float *);
  void (*convolve_picture_weights)(const float *, const float *, float *, const ck_geometry *, int64_t, float *);
} convolution_t;

// Blocks of feature maps that Winograd's tiles are cut from: `blocks` of `all_blocks`, from `first_block` on.
typedef struct {
  int64_t blocks, all_blocks, first_block, height, width;
} patches_t;
// Where a tile stands, counted over all images, rows and columns of tiles.
typedef struct {
  int64_t image, row, column;
} place_t;

static inline int64_t tiles_of(const patches_t *p) { return (p->height + 3) / 4 * ((p->width + 3) / 4); }
static inline place_t place_of(int64_t tile, const patches_t *p) {
  const int64_t columns = (p->width + 3) / 4, tiles = tiles_of(p), rest = tile % tiles;
  return (place_t){tile / tiles, rest / columns, rest % columns};
}
// The place of the tile after; divisions would cost a tenth of a narrow map's transforms.
static inline void advance(place_t *at, const patches_t *p) {
  if (++at->column * 4 < p->width) return;
  at->column = 0;
  if (++at->row * 4 < p->height) return;
  at->row = 0;
  at->image++;
}

// Floats from one point of `vectors` vectors of 16 to the next: an odd number of cache lines, so that the 36 points of
// a patch lie in different sets of the cache (16 channels at 32×32: 1.4 times as fast as at a multiple of 4 KiB).
static inline int64_t point_step(int64_t vectors) { return (vectors | 1) * 16; }

// Floats of the six rows that `tiles` patches side by side are cut from.
static inline int64_t band_size(int64_t tiles) { return 6 * (4 * tiles + 2) * 16; }

typedef struct {
  void (*convolve)(const ck_source *, const float *, const ck_target *, const ck_winograd *, int64_t, int64_t, int64_t,
                   int64_t, float *);
  void (*convolve_weights)(const ck_source *, const ck_source *, float *, const ck_winograd *, int64_t, int64_t,
                           int64_t, int64_t, float *);
} winograd_t;

#define SIZES_TO_3(CASE, ...) CASE(1, __VA_ARGS__) CASE(2, __VA_ARGS__) CASE(3, __VA_ARGS__)
#define SIZES_TO_6(CASE, ...) \
  SIZES_TO_3(CASE, __VA_ARGS__) CASE(4, __VA_ARGS__) CASE(5, __VA_ARGS__) CASE(6, __VA_ARGS__)
#define SIZES_TO_12(CASE, ...)                                                                                     \
  SIZES_TO_6(CASE, __VA_ARGS__)                                                                                    \
  CASE(7, __VA_ARGS__) CASE(8, __VA_ARGS__) CASE(9, __VA_ARGS__) CASE(10, __VA_ARGS__) CASE(11, __VA_ARGS__) \
      CASE(12, __VA_ARGS__)

// Tiles and sums fit the registers: 16 of 4 or 8 lanes on x86-64, 32 of 16 with AVX-512, 32 of 4 on ARM.
#define KERNEL(name) name##_baseline
#define LANES 4
#define TILE_BLOCKS 1
#if defined(__aarch64__)
#define TILE_PIXELS 6
#define TILE_SIZES SIZES_TO_6
#define WEIGHT_LANES 2
#define POINT_LANES 4
#else
#define TILE_PIXELS 3
#define TILE_SIZES SIZES_TO_3
#define WEIGHT_LANES 1
#define POINT_LANES 2
#endif
#define NARROW_BLOCKS 1
#define NARROW_PIXELS 0
#define MOST_LANES 9
#include "convolution_copy.inc"

#if defined(__x86_64__)
AVX2_BEGIN
#define KERNEL(name) name##_avx2
#define LANES 8
#define TILE_BLOCKS 1
#define TILE_PIXELS 6
#define TILE_SIZES SIZES_TO_6
#define WEIGHT_LANES 2
#define POINT_LANES 4
#define NARROW_BLOCKS 1
#define NARROW_PIXELS 0
#define MOST_LANES 9
#include "convolution_copy.inc"
ISA_END

AVX512_BEGIN
#define KERNEL(name) name##_avx512
#define LANES 16
#define TILE_BLOCKS 2
#define TILE_PIXELS 12
#define TILE_SIZES SIZES_TO_12
#define WEIGHT_LANES 8
#define POINT_LANES 16
#define NARROW_BLOCKS 4
#define NARROW_PIXELS 6
#define NARROW_SIZES SIZES_TO_6
#define PAIR_WEIGHT_LANES 4
#define PAIR_POINT_LANES 8
#define MOST_LANES 16
#include "convolution_copy.inc"
ISA_END

AVX512_BF16_BEGIN
#define KERNEL(name) name##_pairs
#define LANES 16
#define TILE_BLOCKS 2
#define TILE_PIXELS 12
#define TILE_SIZES SIZES_TO_12
#define NARROW_BLOCKS 4
#define NARROW_PIXELS 6
#define NARROW_SIZES SIZES_TO_6
#include "number_pairs.inc"

#include "convolution_body.inc"

#include "number_end.inc"
#undef KERNEL
#undef LANES
#undef TILE_BLOCKS
#undef TILE_PIXELS
#undef TILE_SIZES
#undef NARROW_BLOCKS
#undef NARROW_PIXELS
#undef NARROW_SIZES

#define KERNEL(name) name##_avx512
#define TILE_BLOCKS 2
#include "map_bfloat16_hardware.inc"

#include "winograd_maps_body.inc"

#include "map_end.inc"
#undef KERNEL
#undef TILE_BLOCKS
ISA_END
#endif

static const convolution_t *chosen = &convolution_baseline;
// [float32, bfloat16] maps
static const winograd_t *chosen_winograd[2] = {&winograd_kernels_float32_baseline, &winograd_kernels_bfloat16_baseline};

// Before main, so that no thread can see it half done.
__attribute__((constructor)) static void choose(void) {
#if defined(__x86_64__)
  static const convolution_t *const copies[] = {&convolution_baseline, &convolution_avx2, &convolution_avx512};
  chosen = copies[ck_isa_choice()];
  static const winograd_t *const winograds[][2] = {
      {&winograd_kernels_float32_baseline, &winograd_kernels_bfloat16_baseline},
      {&winograd_kernels_float32_avx2, &winograd_kernels_bfloat16_avx2},
      {&winograd_kernels_float32_avx512, &winograd_kernels_bfloat16_avx512}};
  chosen_winograd[0] = winograds[ck_isa_choice()][0];
  chosen_winograd[1] =
      ck_isa_has_bfloat16() ? &winograd_kernels_bfloat16_hardware_avx512 : winograds[ck_isa_choice()][1];
#endif
}

void ck_convolve(const float *x, const float *weights, float *y, const ck_geometry *g, int64_t images,
                 int64_t first_out, int64_t outs) {
  chosen->convolve(x, weights, y, g, images, first_out, outs);
}

void ck_convolve_back(const float *dy, const float *weights, float *dx, const ck_geometry *g, int64_t images,
                      int64_t first_block, int64_t blocks) {
  chosen->convolve_back(dy, weights, dx, g, images, first_block, blocks);
}

void ck_convolve_weights(const float *x, const float *dy, float *dweights, const ck_geometry *g, int64_t images,
                         int64_t first_block, int64_t blocks) {
  chosen->convolve_weights(x, dy, dweights, g, images, first_block, blocks);
}

void ck_convolve_pairs(const uint16_t *x, const uint16_t *weights, float *y, const ck_geometry *g, int64_t images,
                       int64_t first_out, int64_t outs) {
#if defined(__x86_64__)
  convolve_pairs(x, weights, y, g, images, first_out, outs);
#endif
}

void ck_convolve_pairs_back(const uint16_t *dy, const uint16_t *weights, float *dx, const ck_geometry *g,
                            int64_t images, int64_t first_block, int64_t blocks) {
#if defined(__x86_64__)
  convolve_back_pairs(dy, weights, dx, g, images, first_block, blocks);
#endif
}

int64_t ck_picture_scratch(const ck_geometry *g) {
  return ((rows_together(g) - 1) * g->stride + g->kernel_height) * padded_row(g);
}

void ck_convolve_picture(const float *x, const float *weights, float *y, const ck_geometry *g, int64_t images,
                         float *scratch) {
  chosen->convolve_picture(x, weights, y, g, images, scratch);
}

void ck_convolve_picture_weights(const float *x, const float *dy, float *dweights, const ck_geometry *g,
                                 int64_t images, float *scratch) {
  chosen->convolve_picture_weights(x, dy, dweights, g, images, scratch);
}

int64_t ck_winograd_scratch(int64_t tiles, int64_t blocks, int64_t other_blocks) {
  return band_size(tiles) + 36 * (point_step(tiles * blocks) + point_step(tiles * other_blocks));
}

void ck_winograd_convolve(const ck_source *x, const float *weights, const ck_target *y, const ck_winograd *w,
                          int64_t first, int64_t images, int64_t first_out, int64_t outs, float *scratch) {
  chosen_winograd[x->bfloat16]->convolve(x, weights, y, w, first, images, first_out, outs, scratch);
}

void ck_winograd_weights(const ck_source *x, const ck_source *dy, float *sums, const ck_winograd *w, int64_t first,
                         int64_t images, int64_t first_block, int64_t blocks, float *scratch) {
  chosen_winograd[x->bfloat16]->convolve_weights(x, dy, sums, w, first, images, first_block, blocks, scratch);
}

void ck_pack_weights(const float *weight, float *packed, int64_t from, int64_t to, int64_t taps, int64_t lanes,
                     int turned, int64_t block) {
  const int64_t blocks = (from + lanes - 1) / lanes, outs = to - block * 16 < 16 ? to - block * 16 : 16;
  const int64_t step = turned ? taps : from * taps;
  float *out = packed + block * blocks * taps * lanes * 16;
  for (int64_t b = 0; b < blocks; b++)
    for (int64_t tap = 0; tap < taps; tap++)
      for (int64_t c = b * lanes; c < (b + 1) * lanes; c++, out += 16) {
        const float *first = turned ? weight + (c * to + block * 16 + 1) * taps - 1 - tap
                                    : weight + (block * 16 * from + c) * taps + tap;
        if (c < from && outs == 16) {
          UNROLL for (int o = 0; o < 16; o++) out[o] = first[o * step];
        } else {
          for (int64_t o = 0; o < 16; o++) out[o] = c < from && o < outs ? first[o * step] : 0;
        }
      }
}

void ck_pack_pairs(const float *packed, uint16_t *pairs, int64_t count) {
  for (int64_t i = 0; i < count; i += 32)
    for (int64_t o = 0; o < 16; o++)
      for (int64_t lane = 0; lane < 2; lane++) {
        const float number = packed[i + lane * 16 + o];
        uint32_t bits;
        memcpy(&bits, &number, sizeof bits);
        // To the nearest, ties to even; NaN stays NaN.
        pairs[i + o * 2 + lane] = number != number ? 0x7fc0 : (uint16_t)((bits + 0x7fff + (bits >> 16 & 1)) >> 16);
      }
}

void ck_unpack_weights(const float *partial, int64_t groups, int64_t group_size, float *gradient, int64_t from,
                       int64_t to, int64_t taps, int64_t lanes, int64_t block) {
  const int64_t blocks = (from + lanes - 1) / lanes;
  for (int64_t c = 0; c < from; c++)
    for (int64_t tap = 0; tap < taps; tap++) {
      const float *sums = partial + (((block * blocks + c / lanes) * taps + tap) * lanes + c % lanes) * 16;
      float total[16] = {0};
      for (int64_t group = 0; group < groups; group++)
        for (int o = 0; o < 16; o++) total[o] += sums[group * group_size + o];
      for (int64_t o = 0; o < 16 && block * 16 + o < to; o++)
        gradient[((block * 16 + o) * from + c) * taps + tap] = total[o];
    }
}
