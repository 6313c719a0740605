/// NT-Xent among 2N views, a tile of the matrix of cosines at a time: the matrix itself is never held. A block is
/// CK_CONTRAST_BLOCK neighbouring views, the last one may be smaller; a tile is the cosines of two blocks.
#pragma once
#include <stdint.h>

enum { CK_CONTRAST_BLOCK = 128 };

/// What the tiles read and what they add to. A view's entries are touched by tiles of its block only, so that tiles
/// without a block in common may run at the same time. Arrays of a number a view have room for whole blocks.
typedef struct {
  int64_t views, stride;
  /// log₂e / τ, and 1 / (2N·τ).
  float scale, weight;
  /// [views][stride] unit vectors, zero beyond their dimension; stride is a multiple of 16.
  float *unit;
  /// ∂loss/∂unit, then ∂loss/∂x [views][stride].
  float *gradient;
  /// By view: its vector's length, its largest cosine, Σ exp((cosine − largest) / τ) over all others, the cosine with
  /// its partner, and how many others are at least as similar, the partner with them.
  float *length, *largest, *positive;
  double *sum;
  int32_t *rank;
  /// By block: Σ cosine and Σ exp(−2‖u − v‖²) over ordered pairs.
  double *cosines, *potential;
} ck_contrast;

/// Floats of scratch space for a tile.
int64_t ck_contrast_scratch(int64_t stride);

/// Vectors x [views][stride] of a block → unit vectors; a length is taken as 1e-12 at least. Nothing is summed yet.
void ck_contrast_begin(const ck_contrast *contrast, const float *x, int64_t block);
/// The tile of two blocks, or of one with itself: adds to largest, sum, positive, cosines and potential.
void ck_contrast_forward(const ck_contrast *contrast, int64_t block, int64_t other, float *scratch);
/// After all tiles went forward: adds to rank and gradient. A block's tile with itself must be its first.
void ck_contrast_backward(const ck_contrast *contrast, int64_t block, int64_t other, float *scratch);
/// After all tiles went backward: ∂loss/∂unit → ∂loss/∂x of a block, the part of it across each unit vector.
void ck_contrast_end(const ck_contrast *contrast, int64_t block);
