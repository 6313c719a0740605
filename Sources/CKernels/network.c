// The network's kernels, one copy for each instruction set, and the choice between them at run time.
#include "ck_network.h"

#include "isa.h"
#include "maps.h"

typedef struct {
  void (*im2col)(const float *, float *, const ck_geometry *, int64_t, int64_t);
  void (*col2im_add)(const float *, float *, const ck_geometry *, int64_t, int64_t);
  void (*rows_from_blocked)(const float *, float *, int64_t, int64_t, int64_t, int64_t);
  void (*blocked_from_rows)(const float *, float *, int64_t, int64_t, int64_t, int64_t);
  void (*average)(const float *, float *, int64_t, int64_t, int64_t);
  void (*average_backward)(const float *, float *, int64_t, int64_t, int64_t);
  void (*max_pool)(const float *, float *, int64_t, int64_t, int64_t);
  void (*max_pool_backward)(const float *, const float *, const float *, float *, int64_t, int64_t, int64_t);
  void (*add)(const float *, float *, int64_t);
  void (*relu)(const float *, float *, int64_t);
  void (*relu_backward)(const float *, float *, int64_t);
  void (*pixels_from_bytes)(const uint8_t *, const float *, const float *, float *, int64_t);
} kernels_t;

#define COPY "network_body.inc"
#include "copies.inc"

CHOOSE(kernels_t, kernels)

void ck_im2col(const float *x, float *column, const ck_geometry *g, int64_t first, int64_t rows) {
  chosen->im2col(x, column, g, first, rows);
}
void ck_col2im_add(const float *column, float *dx, const ck_geometry *g, int64_t first, int64_t rows) {
  chosen->col2im_add(column, dx, g, first, rows);
}
void ck_rows_from_blocked(const float *blocked, float *rows, int64_t blocks, int64_t pixels, int64_t first,
                          int64_t count) {
  chosen->rows_from_blocked(blocked, rows, blocks, pixels, first, count);
}
void ck_blocked_from_rows(const float *rows, float *blocked, int64_t blocks, int64_t pixels, int64_t first,
                          int64_t count) {
  chosen->blocked_from_rows(rows, blocked, blocks, pixels, first, count);
}
void ck_average(const float *x, float *y, int64_t images, int64_t blocks, int64_t pixels) {
  chosen->average(x, y, images, blocks, pixels);
}
void ck_average_backward(const float *dy, float *dx, int64_t images, int64_t blocks, int64_t pixels) {
  chosen->average_backward(dy, dx, images, blocks, pixels);
}
void ck_max_pool(const float *x, float *y, int64_t blocks, int64_t height, int64_t width) {
  chosen->max_pool(x, y, blocks, height, width);
}
void ck_max_pool_backward(const float *dy, const float *x, const float *y, float *dx, int64_t blocks, int64_t height,
                          int64_t width) {
  chosen->max_pool_backward(dy, x, y, dx, blocks, height, width);
}
void ck_add(const float *x, float *y, int64_t count) { chosen->add(x, y, count); }
void ck_relu(const float *x, float *y, int64_t count) { chosen->relu(x, y, count); }
void ck_relu_backward(const float *y, float *dy, int64_t count) { chosen->relu_backward(y, dy, count); }
void ck_pixels_from_bytes(const uint8_t *bytes, const float *scale, const float *shift, float *y, int64_t pixels) {
  chosen->pixels_from_bytes(bytes, scale, shift, y, pixels);
}
