/// What the processor's floating-point units give when nothing has to be fetched: the yardstick of the kernels.
#pragma once
#include <stdint.h>

/// Runs `rounds` rounds of multiply-adds in registers, on the instruction set of the network's kernels.
/// Returns the floating-point operations done, a multiply-add counted as two.
double ck_peak_float32(int64_t rounds);
/// The same for products of bfloat16 pairs added up in float32 (vdpbf16ps); 0, at once, where there are none.
double ck_peak_bfloat16(int64_t rounds);
