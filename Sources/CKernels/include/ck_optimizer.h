/// The optimizers' loops over some numbers of a parameter: weights, their gradient, and what the optimizer remembers.
#pragma once
#include <stdint.h>

/// Σ x², summed in double.
double ck_sum_of_squares(const float *x, int64_t count);
/// 1 when no number is NaN or infinite, else 0.
int ck_is_finite(const float *x, int64_t count);
/// Σ (gradient + decay · weight)².
double ck_sum_of_decayed_squares(const float *weights, const float *gradient, float decay, int64_t count);

/// g = gradient + decay · weight; velocity = momentum · velocity + scale · g;
/// weight −= rate · (nesterov ? g + momentum · velocity : velocity).
void ck_momentum_step(float *weights, const float *gradient, float *velocity, float rate, float momentum, float decay,
                      float scale, int nesterov, int64_t count);

typedef struct {
  float rate, beta1, beta2, decay;
  /// On the root of the second moment; on the weights, before they move.
  float correction, shrink;
} ck_adam;

/// g = gradient + decay · weight; mean and square are the moving averages of g and g²;
/// weight = shrink · weight − rate · mean / (√square · correction + 1e-8).
void ck_adam_step(float *weights, const float *gradient, float *mean, float *square, const ck_adam *adam,
                  int64_t count);
