// Colour operations on float planes; each clips its result to 0…1.
#include "ck_images.h"

#define RED 0.299f
#define GREEN 0.587f
#define BLUE 0.114f

// Ternaries in this form become one min and one max instruction; fminf would not.
static inline float clip(float value) {
  value = value > 0 ? value : 0;
  return value < 1 ? value : 1;
}

void ck_image_brightness(float *planes, int64_t pixels, float factor) {
  for (int64_t i = 0; i < 3 * pixels; i++) planes[i] = clip(factor * planes[i]);
}

// In eight running sums, so that the compiler may add eight at a time without changing the order of additions.
static double gray_mean(const float *restrict red, const float *restrict green, const float *restrict blue,
                        int64_t pixels) {
  double sums[8] = {0}, total = 0;
  int64_t whole = pixels - pixels % 8;
  for (int64_t i = 0; i < whole; i += 8)
    for (int64_t k = 0; k < 8; k++)
      sums[k] += (double)(RED * red[i + k] + GREEN * green[i + k] + BLUE * blue[i + k]);
  for (int64_t i = whole; i < pixels; i++) total += (double)(RED * red[i] + GREEN * green[i] + BLUE * blue[i]);
  for (int64_t k = 0; k < 8; k++) total += sums[k];
  return total / (double)pixels;
}

void ck_image_contrast(float *planes, int64_t pixels, float factor) {
  float mean = (float)gray_mean(planes, planes + pixels, planes + 2 * pixels, pixels);
  float offset = (1 - factor) * mean;
  for (int64_t i = 0; i < 3 * pixels; i++) planes[i] = clip(factor * planes[i] + offset);
}

static void saturate(float *restrict red, float *restrict green, float *restrict blue, int64_t pixels, float factor) {
  for (int64_t i = 0; i < pixels; i++) {
    float offset = (1 - factor) * (RED * red[i] + GREEN * green[i] + BLUE * blue[i]);
    red[i] = clip(factor * red[i] + offset);
    green[i] = clip(factor * green[i] + offset);
    blue[i] = clip(factor * blue[i] + offset);
  }
}

void ck_image_saturation(float *planes, int64_t pixels, float factor) {
  saturate(planes, planes + pixels, planes + 2 * pixels, pixels, factor);
}

void ck_image_grayscale(float *planes, int64_t pixels) {
  float *restrict red = planes, *restrict green = planes + pixels, *restrict blue = planes + 2 * pixels;
  for (int64_t i = 0; i < pixels; i++)
    red[i] = green[i] = blue[i] = clip(RED * red[i] + GREEN * green[i] + BLUE * blue[i]);
}

// One channel from HSV: value − range · clip(min(k, 4 − k)), k the way round the wheel from where it is darkest.
static inline float channel(float value, float range, float k) {
  k = k >= 6 ? k - 6 : k;
  float near = k < 4 - k ? k : 4 - k;
  return clip(value - range * clip(near));
}

// Hue in sixths of a turn; where two channels share the maximum, their formulas agree. Greys have range 0, so whatever
// their hue is, they stay as they are.
static void turn_hue(float *restrict red, float *restrict green, float *restrict blue, int64_t pixels, float sixths) {
  for (int64_t i = 0; i < pixels; i++) {
    float r = red[i], g = green[i], b = blue[i];
    float high = r > g ? r : g, low = r < g ? r : g;
    high = high > b ? high : b;
    low = low < b ? low : b;
    float range = high - low, divisor = range > 0 ? range : 1;
    float of_red = (g - b) / divisor, of_green = 2 + (b - r) / divisor, of_blue = 4 + (r - g) / divisor;
    float hue = of_blue;
    hue = high == g ? of_green : hue;
    hue = high == r ? of_red : hue;
    hue += sixths;
    hue = hue < 0 ? hue + 6 : hue;
    hue = hue >= 6 ? hue - 6 : hue;
    red[i] = channel(high, range, hue + 5);
    green[i] = channel(high, range, hue + 3);
    blue[i] = channel(high, range, hue + 1);
  }
}

void ck_image_hue(float *planes, int64_t pixels, float turns) {
  turn_hue(planes, planes + pixels, planes + 2 * pixels, pixels, 6 * turns);
}
