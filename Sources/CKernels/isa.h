// Which copy of the kernels this machine runs.
#pragma once

typedef enum { ISA_BASELINE, ISA_AVX2, ISA_AVX512 } ck_isa;

// The best the processor has, or the one that SIMSCOPE_ISA names (baseline, avx2, avx512, avx512bf16) where it has that.
ck_isa ck_isa_choice(void);

// Whether the processor has AVX512_BF16, and may use it: SIMSCOPE_ISA=avx512 forbids it.
int ck_isa_has_bfloat16(void);

// Defines `chosen`: the one of a table's copies that this machine runs, found before main, so that no thread can see it
// half done.
#if defined(__x86_64__)
#define CHOOSE(type, table)                                                                    \
  static const type *chosen = &table##_baseline;                                               \
  __attribute__((constructor)) static void choose(void) {                                      \
    static const type *const copies[] = {&table##_baseline, &table##_avx2, &table##_avx512};   \
    chosen = copies[ck_isa_choice()];                                                          \
  }
#else
#define CHOOSE(type, table) static const type *const chosen = &table##_baseline;
#endif

// The functions between the two are compiled for an instruction set that the rest of the file need not have.
#define TARGET(names) PRAGMA(clang attribute push(__attribute__((target(names))), apply_to = function))
#define PRAGMA(text) _Pragma(#text)
#define AVX2_BEGIN TARGET("avx2,fma")
#define AVX512_BEGIN TARGET("avx512f,avx512vl,avx512bw,avx512dq,avx2,fma")
#define AVX512_BF16_BEGIN TARGET("avx512bf16,avx512f,avx512vl,avx512bw,avx512dq,avx2,fma")
#define ISA_END PRAGMA(clang attribute pop)
