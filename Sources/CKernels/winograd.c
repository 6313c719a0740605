// The weights of Winograd's convolution: to the 36 points and back.
#include "ck_network.h"

// G: three taps (stride floats apart, for 16 outputs) as a polynomial's values at 0, 1, −1, 2, −2 and ∞, with the
// factors that make the interpolation's inverse one of whole numbers.
static void at_points(const float *taps, int64_t stride, float *points, int64_t step) {
  for (int o = 0; o < 16; o++) {
    const float a = taps[o], b = taps[stride + o], c = taps[2 * stride + o];
    points[o] = a / 4;
    points[step + o] = -(a + b + c) / 6;
    points[2 * step + o] = -(a - b + c) / 6;
    points[3 * step + o] = (a + 2 * b + 4 * c) / 24;
    points[4 * step + o] = (a - 2 * b + 4 * c) / 24;
    points[5 * step + o] = c;
  }
}

void ck_winograd_pack(const float *weight, float *packed, int64_t from, int64_t to, int turned, int64_t block) {
  const int64_t blocks = (from + 15) / 16, point = ck_winograd_point(blocks, (to + 15) / 16);
  for (int64_t c = 0; c < blocks * 16; c++) {
    float taps[9 * 16] = {0}, down[6 * 3 * 16];
    for (int64_t o = 0; o < 16; o++) {
      const int64_t out = block * 16 + o;
      if (c >= from || out >= to) continue;
      const float *kernel = weight + (turned ? c * to + out : out * from + c) * 9;
      for (int tap = 0; tap < 9; tap++) taps[tap * 16 + o] = kernel[turned ? 8 - tap : tap];
    }
    for (int column = 0; column < 3; column++) at_points(taps + column * 16, 48, down + column * 16, 48);
    for (int row = 0; row < 6; row++)
      at_points(down + row * 48, 16, packed + row * 6 * point + (block * blocks * 16 + c) * 16, point);
  }
}

// The factors of at_points and Aᵀ: from six points to three taps, for 16 outputs.
static void to_taps(const float *points, int64_t stride, float *taps, int64_t step) {
  for (int o = 0; o < 16; o++) {
    const float zero = points[o] / 4, one = points[stride + o] / -6, minus = points[2 * stride + o] / -6;
    const float two = points[3 * stride + o] / 24, minus2 = points[4 * stride + o] / 24;
    taps[o] = zero + (one + minus) + (two + minus2);
    taps[step + o] = (one - minus) + 2 * (two - minus2);
    taps[2 * step + o] = (one + minus) + 4 * (two + minus2) + points[5 * stride + o];
  }
}

void ck_winograd_unpack(const float *sums, int64_t groups, int64_t group_size, float *gradient, int64_t from,
                        int64_t to, int64_t block) {
  const int64_t blocks = (from + 15) / 16, point = ck_winograd_point(blocks, (to + 15) / 16);
  for (int64_t c = 0; c < from; c++) {
    float points[36 * 16] = {0}, down[3 * 6 * 16], taps[9 * 16];
    const float *place = sums + (block * blocks * 16 + c) * 16;
    for (int64_t group = 0; group < groups; group++)
      for (int p = 0; p < 36; p++)
        for (int o = 0; o < 16; o++) points[p * 16 + o] += place[group * group_size + p * point + o];
    for (int column = 0; column < 6; column++) to_taps(points + column * 16, 96, down + column * 16, 96);
    for (int row = 0; row < 3; row++) to_taps(down + row * 96, 16, taps + row * 48, 16);
    for (int64_t o = 0; o < 16 && block * 16 + o < to; o++)
      for (int tap = 0; tap < 9; tap++) gradient[((block * 16 + o) * from + c) * 9 + tap] = taps[tap * 16 + o];
  }
}
