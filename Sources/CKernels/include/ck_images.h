/// Pictures: resampling, colour and blur on float planes. A picture is three planes (red, green, blue) of
/// height × width floats, 0…1; `pixels` is height × width. The results are the same bytes with every instruction set.
#pragma once
#include <stdint.h>

/// How a wanted sample is made of those around it. Centres lie at half pixels; what the border cuts off is made up for
/// by the rest.
typedef enum {
  /// A triangle, widened when shrinking so that it averages (antialias).
  CK_BILINEAR,
  /// Of the four nearest, never widened: Keys' cubic (1981, a = −1/2) with the place rounded to 1/1024 of a sample, as
  /// TensorFlow's. At edges it overshoots 0…1.
  CK_BICUBIC,
} ck_filter;

/// One axis of a resampling. `source` samples from `origin` on are stretched or shrunk to `scaled` samples; of these
/// the `count` from `first` on are wanted, in reverse order when `mirrored`.
typedef struct {
  int64_t origin, source, scaled, first, count;
  int32_t mirrored;
  ck_filter filter;
} ck_axis;

/// Floats of scratch space that `ck_image_resample` needs.
int64_t ck_image_resample_scratch(ck_axis x, ck_axis y);

/// Interleaved 8-bit RGB, `width` pixels a row → planes of y.count × x.count. Samples outside are never read.
void ck_image_resample(const uint8_t *rgb, int64_t width, ck_axis x, ck_axis y, float *planes, float *scratch);

/// What is done to the colours; the result of each lies in 0…1, that of a turned hue where its picture did.
typedef enum {
  /// x ← value · x.
  CK_BRIGHTNESS,
  /// x ← x + value.
  CK_OFFSET,
  /// Blends with the mean of the grey picture.
  CK_CONTRAST,
  /// Blends each channel with its own mean.
  CK_CHANNEL_CONTRAST,
  /// Blends with the grey picture.
  CK_SATURATION,
  /// Multiplies the saturation (HSV), at most to 1.
  CK_HSV_SATURATION,
  /// Turns the hue (HSV) by `value`, −0.5…0.5 of a turn.
  CK_HUE,
  /// value · R + 0.587 G + 0.114 B on all three planes.
  CK_GRAYSCALE,
} ck_color_kind;
typedef struct {
  ck_color_kind kind;
  float value;
} ck_color;

/// Changes the colours, `count` times in the order given. The result is that of a call for each.
void ck_image_colors(float *planes, int64_t pixels, const ck_color *colors, int64_t count);

/// What lies around a picture that is blurred.
typedef enum {
  /// The picture mirrored, its edge pixel not repeated.
  CK_REFLECTED,
  CK_BLACK,
} ck_border;

/// Floats of scratch space that `ck_image_blur` needs.
int64_t ck_image_blur_scratch(int64_t width, int64_t radius);

/// Convolves rows and columns with a symmetric kernel: taps [radius + 1], the middle one first; `radius` must be less
/// than both sides.
void ck_image_blur(float *planes, int64_t width, int64_t height, const float *taps, int64_t radius, ck_border border,
                   float *scratch);

/// Planes → interleaved 8-bit RGB, clipped and rounded to nearest.
void ck_image_round(const float *planes, int64_t pixels, uint8_t *rgb);
