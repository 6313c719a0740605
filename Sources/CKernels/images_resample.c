// Antialiased bilinear resampling from 8-bit RGB to float planes: columns first (long contiguous rows), then rows.
#include "ck_images.h"

#include <math.h>
#include <string.h>

// For each wanted sample: the first source sample, how many, and their weights (`stride` apart).
typedef struct {
  int32_t *start, *taps;
  float *weights;
  int64_t stride;
} filter_t;

static double filter_support(ck_axis axis) {
  double scale = (double)axis.source / (double)axis.scaled;
  return scale > 1 ? scale : 1;
}

static int64_t filter_stride(ck_axis axis) { return 2 * (int64_t)ceil(filter_support(axis)) + 1; }

static int64_t filter_floats(ck_axis axis) { return axis.count * (2 + filter_stride(axis)); }

int64_t ck_image_resample_scratch(ck_axis x, ck_axis y) {
  return 3 * x.source + filter_floats(x) + filter_floats(y);
}

static double triangle(double distance) {
  distance = fabs(distance);
  return distance < 1 ? 1 - distance : 0;
}

// Weights of the samples under the triangle around each centre; those cut off by the border are made up for by the rest.
static filter_t make_filter(ck_axis axis, float unit, float *memory) {
  filter_t filter = {(int32_t *)memory, (int32_t *)memory + axis.count, memory + 2 * axis.count, filter_stride(axis)};
  double scale = (double)axis.source / (double)axis.scaled, support = filter_support(axis);
  for (int64_t i = 0; i < axis.count; i++) {
    double centre = scale * ((double)(axis.first + i) + 0.5);
    int64_t start = (int64_t)(centre - support + 0.5), end = (int64_t)(centre + support + 0.5);
    if (start < 0) start = 0;
    if (end > axis.source) end = axis.source;
    float *weights = filter.weights + i * filter.stride;
    double sum = 0;
    for (int64_t k = start; k < end; k++) sum += triangle(((double)k + 0.5 - centre) / support);
    for (int64_t k = start; k < end; k++)
      weights[k - start] = (float)(triangle(((double)k + 0.5 - centre) / support) / sum * unit);
    filter.start[i] = (int32_t)start;
    filter.taps[i] = (int32_t)(end - start);
  }
  return filter;
}

static void blend_columns(
  const uint8_t *restrict rgb, int64_t stride, int64_t count, const float *weights, int64_t taps, float *restrict row) {
  for (int64_t i = 0; i < count; i++) row[i] = weights[0] * (float)rgb[i];
  for (int64_t k = 1; k < taps; k++) {
    const uint8_t *restrict next = rgb + k * stride;
    float weight = weights[k];
    for (int64_t i = 0; i < count; i++) row[i] += weight * (float)next[i];
  }
}

static void blend_row(
  const float *restrict row, filter_t filter, int64_t count, float *restrict red, float *restrict green,
  float *restrict blue) {
  for (int64_t x = 0; x < count; x++) {
    const float *weights = filter.weights + x * filter.stride, *source = row + 3 * filter.start[x];
    float r = 0, g = 0, b = 0;
    for (int64_t k = 0; k < filter.taps[x]; k++) {
      r += weights[k] * source[3 * k];
      g += weights[k] * source[3 * k + 1];
      b += weights[k] * source[3 * k + 2];
    }
    red[x] = r;
    green[x] = g;
    blue[x] = b;
  }
}

void ck_image_resample(const uint8_t *rgb, int64_t width, ck_axis x, ck_axis y, float *planes, float *scratch) {
  float *row = scratch, *memory = scratch + 3 * x.source;
  filter_t columns = make_filter(y, 1.0f / 255.0f, memory);
  filter_t rows = make_filter(x, 1.0f, memory + filter_floats(y));
  int64_t pixels = x.count * y.count;
  for (int64_t i = 0; i < y.count; i++) {
    const uint8_t *source = rgb + 3 * ((y.origin + columns.start[i]) * width + x.origin);
    blend_columns(source, 3 * width, 3 * x.source, columns.weights + i * columns.stride, columns.taps[i], row);
    float *out = planes + i * x.count;
    blend_row(row, rows, x.count, out, out + pixels, out + 2 * pixels);
  }
}

void ck_image_flip(float *planes, int64_t width, int64_t height) {
  for (int64_t i = 0; i < 3 * height; i++) {
    float *left = planes + i * width, *right = left + width - 1;
    for (; left < right; left++, right--) {
      float kept = *left;
      *left = *right;
      *right = kept;
    }
  }
}

void ck_image_round(const float *planes, int64_t pixels, uint8_t *rgb) {
  for (int64_t c = 0; c < 3; c++) {
    const float *restrict plane = planes + c * pixels;
    for (int64_t i = 0; i < pixels; i++) {
      float value = plane[i] * 255.0f + 0.5f;
      value = value > 0 ? value : 0;
      value = value < 255 ? value : 255;
      rgb[3 * i + c] = (uint8_t)(int32_t)value;
    }
  }
}
