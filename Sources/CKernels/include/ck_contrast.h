/// Contrastive losses among 2N views, a tile of the matrix of similarities at a time: the matrix itself is never held.
/// A block is CK_CONTRAST_BLOCK neighbouring views, the last one may be smaller; a tile is the similarities of two
/// blocks.
#pragma once
#include <stdint.h>

enum { CK_CONTRAST_BLOCK = 128 };

/// Cross entropy (NT-Xent); or losses over triplets of a view, its partner and a negative: with all negatives, or with
/// one that was mined.
typedef enum { CK_CROSS_ENTROPY, CK_LOGISTIC, CK_MARGIN, CK_MINED } ck_contrast_loss;

/// What the tiles read and what they add to. A view's entries are touched by tiles of its block only, so that tiles
/// without a block in common may run at the same time. Arrays of a number a view have room for whole blocks.
typedef struct {
  int64_t views, stride;
  ck_contrast_loss loss;
  /// Whether similarities are cosines; else they are products of the vectors as they are.
  int32_t normalizes;
  /// log₂e / τ; the loss's weight of a view and, over triplets, of one negative of it, with 1/τ where the loss has it;
  /// the margin m.
  float scale, weight, margin;
  /// [views][stride] unit vectors, or the vectors as they are; zero beyond their dimension. stride is a multiple of 16.
  float *unit;
  /// ∂loss/∂unit, then ∂loss/∂x [views][stride].
  float *gradient;
  /// By view: its vector's length, its largest similarity s, Σ exp((s − largest) / τ) over all others, the similarity
  /// with its partner, and how many others are at least as similar, the partner with them.
  float *length, *largest, *positive;
  double *sum;
  int32_t *rank;
  /// By block: Σ cosine and Σ exp(−2‖u − v‖²) over ordered pairs; of unit vectors only.
  double *cosines, *potential;
  /// Only over triplets, by view. Found by the tiles: how many negatives are within the margin; the similarity and the
  /// number of the nearest negative that is less similar than the partner, and of the farthest of all, −1 while there
  /// is none. sum is then that of the negatives' terms.
  int32_t *within, *nearest_view, *farthest_view;
  float *nearest, *farthest;
  /// Asked of the end: the slope by the similarity with the partner; when mined, the chosen negative or −1, and the
  /// slope by the similarity with it.
  float *pull, *push;
  int32_t *chosen;
} ck_contrast;

/// Floats of scratch space for a tile.
int64_t ck_contrast_scratch(int64_t stride);

/// Vectors x [views][stride] of a block → unit vectors; a length is taken as 1e-12 at least. Nothing is summed yet.
void ck_contrast_begin(const ck_contrast *contrast, const float *x, int64_t block);
/// The tile of two blocks, or of one with itself: adds to largest, sum, positive, cosines and potential.
void ck_contrast_forward(const ck_contrast *contrast, int64_t block, int64_t other, float *scratch);
/// After all tiles went forward: adds to rank and gradient, for the cross entropy. A block's tile with itself must be
/// its first.
void ck_contrast_backward(const ck_contrast *contrast, int64_t block, int64_t other, float *scratch);
/// The same for losses over triplets: adds to rank, to what the tiles find, and to sum and gradient where nothing is
/// mined.
void ck_contrast_compare(const ck_contrast *contrast, int64_t block, int64_t other, float *scratch);
/// After all tiles: the pairs' part of the gradient, for losses over triplets; then ∂loss/∂unit → ∂loss/∂x of a block,
/// the part of it across each unit vector.
void ck_contrast_end(const ck_contrast *contrast, int64_t block);
