// Multiply-adds in registers alone, in as many independent chains as hide an instruction's latency.
#include "ck_peak.h"

#include "isa.h"

#if defined(__x86_64__)
#include <immintrin.h>
#endif

// Read and written so that nothing is computed in advance or left out.
static volatile float factor = 0.5f, term = 0.5f, sink;

#define FLOAT32(NAME, WIDTH, CHAINS)                                                 \
  static double NAME(int64_t rounds) {                                               \
    typedef float vector __attribute__((vector_size(4 * WIDTH)));                    \
    const vector a = (vector){} + factor, b = (vector){} + term;                     \
    vector chain[CHAINS];                                                            \
    for (int c = 0; c < CHAINS; c++) chain[c] = (vector){} + (float)c;               \
    for (int64_t round = 0; round < rounds; round++)                                 \
      for (int c = 0; c < CHAINS; c++) chain[c] = chain[c] * a + b;                  \
    for (int c = 0; c < CHAINS; c++) sink = chain[c][0];                             \
    return 2.0 * WIDTH * CHAINS * (double)rounds;                                    \
  }

#if defined(__x86_64__)
AVX512_BEGIN
FLOAT32(float32_avx512, 16, 24)
ISA_END
AVX2_BEGIN
FLOAT32(float32_avx2, 8, 12)
ISA_END
FLOAT32(float32_baseline, 4, 12)

TARGET("avx512f,avx512bf16")
static double bfloat16_avx512(int64_t rounds) {
  enum { CHAINS = 24 };
  // 0.5 in both halves of each 32 bits
  const __m512bh half = (__m512bh)_mm512_set1_epi32(0x3f003f00);
  __m512 chain[CHAINS];
  for (int c = 0; c < CHAINS; c++) chain[c] = _mm512_set1_ps((float)c * factor);
  for (int64_t round = 0; round < rounds; round++)
    for (int c = 0; c < CHAINS; c++) chain[c] = _mm512_dpbf16_ps(chain[c], half, half);
  for (int c = 0; c < CHAINS; c++) sink = chain[c][0];
  return 2.0 * 32 * CHAINS * (double)rounds;
}
ISA_END
#else
FLOAT32(float32_baseline, 4, 24)
#endif

double ck_peak_float32(int64_t rounds) {
#if defined(__x86_64__)
  switch (ck_isa_choice()) {
    case ISA_AVX512: return float32_avx512(rounds);
    case ISA_AVX2: return float32_avx2(rounds);
    case ISA_BASELINE: break;
  }
#endif
  return float32_baseline(rounds);
}

double ck_peak_bfloat16(int64_t rounds) {
#if defined(__x86_64__)
  if (ck_isa_choice() == ISA_AVX512 && __builtin_cpu_supports("avx512bf16")) return bfloat16_avx512(rounds);
#endif
  return 0;
}
