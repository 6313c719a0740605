/// Feature maps as the network's kernels read and write them. Blocked maps [image][channel / 16][pixel][16] of float32
/// or bfloat16, padded channels zero.
#pragma once

#include <stdint.h>

/// A map that is read, as it lies or normalised on the way: x · scale + shift, a number a channel each, and then
/// max(0, ·) when relu. scale is NULL where the map holds the values themselves.
typedef struct {
  const void *map;
  int bfloat16, relu;
  const float *scale, *shift;
} ck_source;

/// What becomes of a gradient of the values relu(x · scale + shift [+ a shortcut]) that a batch norm made of x: another
/// gradient is added, ReLU lets through what was positive, and the batch norm's own gradient needs two sums.
typedef struct {
  /// The other gradient; NULL: none. May lie where the result goes.
  const void *addend;
  /// The batch norm's input; NULL: no sums are wanted.
  const void *x;
  const float *mean, *scale, *shift;
  /// The values, where they are kept; NULL: x tells whether they were positive.
  const void *out;
  int relu;
  /// [2][channels]: Σ dy and Σ dy · (x − mean), added to.
  double *sums;
} ck_gate;

/// Where a kernel's numbers go. All maps have the same shape.
typedef struct {
  /// NULL: nowhere.
  void *map;
  int bfloat16;
  /// [2][channels]: mean and Σ(y − mean)² of the numbers that a call makes; NULL: not wanted.
  double *moments;
  /// For gradients; NULL: the numbers are the values of a map.
  const ck_gate *gate;
} ck_target;

/// The part of a map that a call works on: images first ..< first + images, and of their all_blocks blocks those from
/// first_block on. Plain floats beside the map are [image][all_blocks][pixel][16], from image `first` on.
typedef struct {
  int64_t first, images, first_block, blocks, all_blocks, pixels;
} ck_part;

/// A part of a map as plain floats.
void ck_read(const ck_source *source, float *to, ck_part part);
/// A part of a map of bfloat16 as numbers of bfloat16, likewise.
void ck_read_bfloat16(const ck_source *source, uint16_t *to, ck_part part);
/// Plain floats to their target; from may be the target's map. NULL: zeroes, to which the gate adds its gradient.
void ck_finish(const float *from, const ck_target *target, ck_part part);
/// y = a + b, then max(0, ·) when relu; y may be either's map. The maps are of the same type.
void ck_join(const ck_source *a, const ck_source *b, int relu, void *y, int64_t first, int64_t images, int64_t blocks,
             int64_t pixels);
/// dx = a · dy + b · x + c, each of a, b, c a number a channel; dx may be dy or x.
void ck_norm_backward(const void *dy, const void *x, const float *a, const float *b, const float *c, void *dx,
                      int bfloat16, int64_t first, int64_t images, int64_t blocks, int64_t pixels);
