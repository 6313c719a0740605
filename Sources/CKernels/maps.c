// Reading, finishing and joining feature maps, one copy for each instruction set and type of map.
#include "maps.h"

#include "isa.h"

#include <stddef.h>

typedef struct {
  void (*read)(const ck_source *, float *, ck_part);
  void (*settle)(const ck_source *, void *, ck_part);
  void (*finish)(const float *, const ck_target *, ck_part);
  void (*join)(const ck_source *, const ck_source *, int, void *, int64_t, int64_t, int64_t, int64_t);
  void (*norm_backward)(const void *, const void *, const float *, const float *, const float *, void *, int64_t,
                        int64_t, int64_t, int64_t);
} maps_t;

#define COPY "maps_copies.inc"
#include "copies.inc"

#if defined(__x86_64__)
AVX512_BF16_BEGIN
#define KERNEL(name) name##_avx512
#include "map_bfloat16_hardware.inc"

#include "maps_body.inc"

#include "map_end.inc"
#undef KERNEL
ISA_END
#endif

// [float32, bfloat16]
static const maps_t *chosen[2] = {&maps_float32_baseline, &maps_bfloat16_baseline};

// Before main, so that no thread can see it half done.
__attribute__((constructor)) static void choose(void) {
#if defined(__x86_64__)
  static const maps_t *const copies[][2] = {{&maps_float32_baseline, &maps_bfloat16_baseline},
                                            {&maps_float32_avx2, &maps_bfloat16_avx2},
                                            {&maps_float32_avx512, &maps_bfloat16_avx512}};
  chosen[0] = copies[ck_isa_choice()][0];
  chosen[1] = ck_isa_has_bfloat16() ? &maps_bfloat16_hardware_avx512 : copies[ck_isa_choice()][1];
#endif
}

void ck_read(const ck_source *source, float *to, ck_part part) { chosen[source->bfloat16]->read(source, to, part); }

void ck_read_bfloat16(const ck_source *source, uint16_t *to, ck_part part) { chosen[1]->settle(source, to, part); }

void ck_finish(const float *from, const ck_target *target, ck_part part) {
  chosen[target->bfloat16]->finish(from, target, part);
}

void ck_join(const ck_source *a, const ck_source *b, int relu, void *y, int64_t first, int64_t images, int64_t blocks,
             int64_t pixels) {
  chosen[a->bfloat16]->join(a, b, relu, y, first, images, blocks, pixels);
}

void ck_norm_backward(const void *dy, const void *x, const float *a, const float *b, const float *c, void *dx,
                      int bfloat16, int64_t first, int64_t images, int64_t blocks, int64_t pixels) {
  chosen[bfloat16]->norm_backward(dy, x, a, b, c, dx, first, images, blocks, pixels);
}
