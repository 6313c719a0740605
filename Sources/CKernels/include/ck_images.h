/// Pictures: resampling, colour and blur on float planes. A picture is three planes (red, green, blue) of
/// height × width floats, 0…1; `pixels` is height × width.
#pragma once
#include <stdint.h>

/// One axis of a resampling. `source` samples from `origin` on are stretched or shrunk to `scaled` samples; of these
/// the `count` from `first` on are wanted.
typedef struct {
  int64_t origin, source, scaled, first, count;
} ck_axis;

/// Floats of scratch space that `ck_image_resample` needs.
int64_t ck_image_resample_scratch(ck_axis x, ck_axis y);

/// Interleaved 8-bit RGB, `width` pixels a row → planes of y.count × x.count. Bilinear (triangle filter, half-pixel
/// centres); when shrinking the filter is widened so that it averages (antialias). Samples outside are never read.
void ck_image_resample(const uint8_t *rgb, int64_t width, ck_axis x, ck_axis y, float *planes, float *scratch);

/// Planes → interleaved 8-bit RGB, clipped and rounded to nearest.
void ck_image_round(const float *planes, int64_t pixels, uint8_t *rgb);

void ck_image_flip(float *planes, int64_t width, int64_t height);

/// x ← factor · x, clipped to 0…1, as all of the following.
void ck_image_brightness(float *planes, int64_t pixels, float factor);
/// Blends with the mean of the grey picture.
void ck_image_contrast(float *planes, int64_t pixels, float factor);
/// Blends with the grey picture.
void ck_image_saturation(float *planes, int64_t pixels, float factor);
/// Turns the hue (HSV) by `turns`, −0.5…0.5.
void ck_image_hue(float *planes, int64_t pixels, float turns);
/// 0.299 R + 0.587 G + 0.114 B on all three planes.
void ck_image_grayscale(float *planes, int64_t pixels);

/// Floats of scratch space that `ck_image_blur` needs.
int64_t ck_image_blur_scratch(int64_t width, int64_t height, int64_t radius);

/// Convolves rows and columns with `taps` [2 radius + 1]; borders are reflected without repeating the edge pixel, so
/// `radius` must be less than both sides.
void ck_image_blur(
  float *planes, int64_t width, int64_t height, const float *taps, int64_t radius, float *scratch);
