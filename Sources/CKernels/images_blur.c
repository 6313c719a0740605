// Separable convolution with reflected borders: rows into scratch, then columns back.
#include "ck_images.h"

#include <string.h>

int64_t ck_image_blur_scratch(int64_t width, int64_t height, int64_t radius) {
  return width * height + width + 2 * radius;
}

// −1 is 1, −2 is 2, n is n − 2: the edge pixel is not repeated.
static int64_t reflect(int64_t i, int64_t n) { return i < 0 ? -i : i >= n ? 2 * (n - 1) - i : i; }

static void blur_row(
  const float *restrict row, int64_t width, const float *taps, int64_t radius, float *restrict padded,
  float *restrict out) {
  memcpy(padded + radius, row, (size_t)width * sizeof(float));
  for (int64_t i = 1; i <= radius; i++) {
    padded[radius - i] = row[reflect(-i, width)];
    padded[radius + width - 1 + i] = row[reflect(width - 1 + i, width)];
  }
  for (int64_t x = 0; x < width; x++) out[x] = taps[0] * padded[x];
  for (int64_t k = 1; k <= 2 * radius; k++)
    for (int64_t x = 0; x < width; x++) out[x] += taps[k] * padded[x + k];
}

static void blur_columns(
  const float *restrict rows, int64_t width, int64_t height, const float *taps, int64_t radius, float *restrict plane) {
  for (int64_t y = 0; y < height; y++) {
    float *restrict out = plane + y * width;
    memset(out, 0, (size_t)width * sizeof(float));
    for (int64_t k = 0; k <= 2 * radius; k++) {
      const float *restrict row = rows + reflect(y + k - radius, height) * width;
      for (int64_t x = 0; x < width; x++) out[x] += taps[k] * row[x];
    }
  }
}

void ck_image_blur(
  float *planes, int64_t width, int64_t height, const float *taps, int64_t radius, float *scratch) {
  float *rows = scratch, *padded = scratch + width * height;
  for (int64_t c = 0; c < 3; c++) {
    float *plane = planes + c * width * height;
    for (int64_t y = 0; y < height; y++)
      blur_row(plane + y * width, width, taps, radius, padded, rows + y * width);
    blur_columns(rows, width, height, taps, radius, plane);
  }
}
