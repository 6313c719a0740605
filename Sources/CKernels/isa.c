// The instruction set of the network's kernels, and its name.
#include "isa.h"

#include "ck_network.h"

#include <stdlib.h>
#include <string.h>

#if defined(__x86_64__)
static int allowed(const char *isa) {
  const char *forced = getenv("SIMSCOPE_ISA");
  return !forced || !*forced || strcmp(forced, isa) == 0;
}
#endif

ck_isa ck_isa_choice(void) {
#if defined(__x86_64__)
  __builtin_cpu_init();
  if (__builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512vl") && __builtin_cpu_supports("avx512bw") &&
      __builtin_cpu_supports("avx512dq") && (allowed("avx512") || allowed("avx512bf16")))
    return ISA_AVX512;
  if (__builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma") && allowed("avx2")) return ISA_AVX2;
#endif
  return ISA_BASELINE;
}

int ck_isa_has_bfloat16(void) {
#if defined(__x86_64__)
  return ck_isa_choice() == ISA_AVX512 && __builtin_cpu_supports("avx512bf16") && allowed("avx512bf16");
#else
  return 0;
#endif
}

int ck_isa_vector_floats(void) {
  static const int floats[] = {4, 8, 16};
  return floats[ck_isa_choice()];
}

const char *ck_isa_name(void) {
#if defined(__aarch64__)
  return "NEON";
#else
  static const char *const names[] = {"baseline", "AVX2", "AVX-512"};
  return names[ck_isa_choice()];
#endif
}
