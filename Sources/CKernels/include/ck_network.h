/// Loops of the network's layers over feature maps in blocked layout, for one image or one group of images each.
///
/// Blocked layout: [image][channel / 16][pixel][16]; channels are padded with zeros to a multiple of 16. `blocks` is
/// the number of 16-channel blocks, `pixels` is height × width.
#pragma once

#include "ck_maps.h"
#include <stdint.h>

/// The geometry of a convolution on one image. `lanes` is 16 for blocked input, the number of channels for interleaved
/// pixels (with `blocks` 1). The output is always blocked.
typedef struct {
  int64_t blocks, lanes, height, width;
  int64_t kernel_height, kernel_width, stride, padding;
  int64_t out_blocks, out_height, out_width;
} ck_geometry;

/// The instruction set the kernels run on: "AVX-512", "AVX2", "NEON" or "baseline".
const char *ck_isa_name(void);
/// Floats in a vector of that instruction set: 16, 8 or 4.
int ck_isa_vector_floats(void);
/// Whether the processor has instructions that round to bfloat16 and multiply pairs of such numbers; else rounding is done
/// in integer arithmetic, and all products are of float32.
int ck_isa_has_bfloat16(void);

/// Both for the output rows first ..< first + rows only, so that the patches of a band stay in cache.
/// column [out pixels][block][kernel row][kernel column][lane] from one image x [block][pixel][lane]; outside is zero.
void ck_im2col(const float *x, float *column, const ck_geometry *geometry, int64_t first, int64_t rows);
/// The adjoint: dx += every column entry at its place.
void ck_col2im_add(const float *column, float *dx, const ck_geometry *geometry, int64_t first, int64_t rows);

/// Direct convolution of blocked maps of any size with 3×3 and 1×1 kernels at stride 1 or 2, padded by half the kernel.
/// y's blocks first_out ..< first_out + outs are written whole.
/// weights [out block][in block][kernel row][kernel column][lane][16 outputs], by ck_pack_weights.
void ck_convolve(const float *x, const float *weights, float *y, const ck_geometry *geometry, int64_t images,
                 int64_t first_out, int64_t outs);
/// Its adjoint in x: dx's blocks first_block ..< first_block + blocks are written whole. The geometry is that of the
/// convolution, the weights are packed the turned way round.
void ck_convolve_back(const float *dy, const float *weights, float *dx, const ck_geometry *geometry, int64_t images,
                      int64_t first_block, int64_t blocks);
/// Its adjoint in the weights, of the input's blocks first_block ..< first_block + blocks: the sum over the images is
/// added to their part of dweights, packed as the weights are.
void ck_convolve_weights(const float *x, const float *dy, float *dweights, const ck_geometry *geometry,
                         int64_t images, int64_t first_block, int64_t blocks);

/// ck_convolve and its adjoint in x of maps and weights of bfloat16, by the processor's products of pairs, summed in
/// float32: only where ck_isa_has_bfloat16. The weights are packed by ck_pack_pairs.
void ck_convolve_pairs(const uint16_t *x, const uint16_t *weights, float *y, const ck_geometry *geometry,
                       int64_t images, int64_t first_out, int64_t outs);
void ck_convolve_pairs_back(const uint16_t *dy, const uint16_t *weights, float *dx, const ck_geometry *geometry,
                            int64_t images, int64_t first_block, int64_t blocks);

/// Direct convolution of pictures of 3 channels with a 3×3 kernel at stride 1 or a 7×7 kernel at stride 2, padded by
/// half the kernel, and its adjoint in the weights; y is written whole, dweights is added to.
/// scratch: ck_picture_scratch(geometry) floats.
void ck_convolve_picture(const float *x, const float *weights, float *y, const ck_geometry *geometry, int64_t images,
                         float *scratch);
void ck_convolve_picture_weights(const float *x, const float *dy, float *dweights, const ck_geometry *geometry,
                                 int64_t images, float *scratch);
int64_t ck_picture_scratch(const ck_geometry *geometry);

/// One block of 16 outputs of the packed weights, from weight [to][from][taps]; channels there are none of become zero.
/// Turned, weight is [from][to][taps] and its taps are taken backwards.
void ck_pack_weights(const float *weight, float *packed, int64_t from, int64_t to, int64_t taps, int64_t lanes,
                     int turned, int64_t block);
/// `count` packed weights rounded to bfloat16, the outputs of two neighbouring lanes alternating:
/// [out block][in block][kernel row][kernel column][lane / 2][16 outputs][2].
void ck_pack_pairs(const float *packed, uint16_t *pairs, int64_t count);
/// The same block of gradient [to][from][taps]: the sum of the packed partial gradients, group_size floats apart, in
/// order.
void ck_unpack_weights(const float *partial, int64_t groups, int64_t group_size, float *gradient, int64_t from,
                       int64_t to, int64_t taps, int64_t lanes, int64_t block);

/// Winograd's convolution F(4×4, 3×3) of blocked maps at stride 1 (Lavin and Gray 2016): `blocks` of 16 input channels
/// to `out_blocks` of 16 outputs, `tiles` tiles of 4×4 pixels at a time.
typedef struct {
  int64_t blocks, out_blocks, height, width, tiles;
} ck_winograd;

/// Floats from one point's weights to the next: an odd number of cache lines, so that the 36 points of a pair of channels
/// lie in different sets of a cache.
static inline int64_t ck_winograd_point(int64_t blocks, int64_t out_blocks) { return blocks * out_blocks * 256 + 16; }
/// Floats of scratch space for `tiles` tiles of maps of so many blocks, read and written.
int64_t ck_winograd_scratch(int64_t tiles, int64_t blocks, int64_t other_blocks);

/// y's blocks first_out ..< first_out + outs of the images first ..< first + images; those are written whole. The
/// adjoint in x is the same with weights packed the turned way round, and blocks and out_blocks exchanged. The maps are
/// of the same type. scratch: ck_winograd_scratch(tiles, blocks, outs) floats.
void ck_winograd_convolve(const ck_source *x, const float *weights, const ck_target *y, const ck_winograd *winograd,
                          int64_t first, int64_t images, int64_t first_out, int64_t outs, float *scratch);
/// The adjoint in the weights, of the input's blocks first_block ..< first_block + blocks: their part of sums
/// [36 points][out block][in block][lane][16 outputs] becomes the sum of the points' products over the images. dy is not
/// normalised. scratch: ck_winograd_scratch(tiles, blocks, out_blocks) floats.
void ck_winograd_weights(const ck_source *x, const ck_source *dy, float *sums, const ck_winograd *winograd,
                         int64_t first, int64_t images, int64_t first_block, int64_t blocks, float *scratch);
/// One block of 16 outputs of the weights at the points, [36 points][out block][in block][lane][16 outputs], from weight
/// [to][from][9]. Turned, weight is [from][to][9] and its taps are taken backwards.
void ck_winograd_pack(const float *weight, float *packed, int64_t from, int64_t to, int turned, int64_t block);
/// The same block of gradient [to][from][9], from the sums of `groups` groups, group_size floats apart, in order.
void ck_winograd_unpack(const float *sums, int64_t groups, int64_t group_size, float *gradient, int64_t from,
                        int64_t to, int64_t block);

/// rows [count][block · 16] from the pixels first ..< first + count of blocked [block][pixel][16], and back.
void ck_rows_from_blocked(const float *blocked, float *rows, int64_t blocks, int64_t pixels, int64_t first,
                          int64_t count);
void ck_blocked_from_rows(const float *rows, float *blocked, int64_t blocks, int64_t pixels, int64_t first,
                          int64_t count);

/// y [image][channel] = mean over pixels, and its adjoint.
void ck_average(const float *x, float *y, int64_t images, int64_t blocks, int64_t pixels);
void ck_average_backward(const float *dy, float *dx, int64_t images, int64_t blocks, int64_t pixels);

/// y = the largest of x under 3×3 windows at stride 2, padded by one, in every block of one image; NaN counts as the
/// largest.
void ck_max_pool(const float *x, float *y, int64_t blocks, int64_t height, int64_t width);
/// Its adjoint: dx = dy at the first place in its window where x is y, zero elsewhere.
void ck_max_pool_backward(const float *dy, const float *x, const float *y, float *dx, int64_t blocks, int64_t height,
                          int64_t width);

/// y += x; y = max(0, x); dy ← dy where y > 0.
void ck_add(const float *x, float *y, int64_t count);
void ck_relu(const float *x, float *y, int64_t count);
void ck_relu_backward(const float *y, float *dy, int64_t count);

/// y [pixel][3] = bytes · scale[channel] + shift[channel].
void ck_pixels_from_bytes(const uint8_t *bytes, const float *scale, const float *shift, float *y, int64_t pixels);
