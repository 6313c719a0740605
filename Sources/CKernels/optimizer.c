// The optimizers' loops, one copy for each instruction set, and the choice between them at run time.
#include "ck_optimizer.h"

#include "isa.h"

#include <string.h>

#pragma clang diagnostic ignored "-Wpsabi"
#define INLINE static inline __attribute__((always_inline))

typedef float v16 __attribute__((vector_size(64), aligned(4), may_alias));
typedef double d16 __attribute__((vector_size(128)));

typedef struct {
  double (*sum_of_decayed_squares)(const float *, const float *, float, int64_t);
  void (*momentum_step)(float *, const float *, float *, float, float, float, float, int, int64_t);
  void (*adam_step)(float *, const float *, float *, float *, const ck_adam *, int64_t);
} optimizer_t;

#define COPY "optimizer_body.inc"
#include "copies.inc"

CHOOSE(optimizer_t, optimizer_kernels)

double ck_sum_of_squares(const float *x, int64_t count) { return chosen->sum_of_decayed_squares(x, x, 0, count); }
double ck_sum_of_decayed_squares(const float *weights, const float *gradient, float decay, int64_t count) {
  return chosen->sum_of_decayed_squares(weights, gradient, decay, count);
}
void ck_momentum_step(float *weights, const float *gradient, float *velocity, float rate, float momentum, float decay,
                      float scale, int nesterov, int64_t count) {
  chosen->momentum_step(weights, gradient, velocity, rate, momentum, decay, scale, nesterov, count);
}
void ck_adam_step(float *weights, const float *gradient, float *mean, float *square, const ck_adam *adam,
                  int64_t count) {
  chosen->adam_step(weights, gradient, mean, square, adam, count);
}

// The largest of the numbers' bits without the sign: all ones in the exponent mean NaN or infinity. The compiler makes
// vectors of the inner loop.
int ck_is_finite(const float *x, int64_t count) {
  enum { part = 4096 };
  for (int64_t start = 0; start < count; start += part) {
    const int64_t end = start + part < count ? start + part : count;
    int32_t largest = 0;
    for (int64_t i = start; i < end; i++) {
      int32_t bits;
      memcpy(&bits, x + i, sizeof bits);
      bits &= 0x7fffffff;
      largest = bits > largest ? bits : largest;
    }
    if (largest >= 0x7f800000) return 0;
  }
  return 1;
}
