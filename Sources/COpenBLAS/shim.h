#pragma once
#include <cblas.h>
#include <stdlib.h>

/// Eigenvalues (and vectors) of a symmetric matrix: LAPACK, which OpenBLAS carries.
void dsyev_(const char *job, const char *triangle, const int *n, double *a, const int *lda, double *values,
            double *work, const int *work_size, int *info);

/// Forget the kernel and choose one, as OpenBLAS does when it is loaded; a build for one processor alone has neither.
void gotoblas_dynamic_quit(void) __attribute__((weak));
void gotoblas_dynamic_init(void) __attribute__((weak));

/// Has OpenBLAS choose its kernel again: the one of this name if it knows it, its own choice where that is NULL. The
/// name goes by OPENBLAS_CORETYPE, which is not set afterwards.
static inline void ob_choose_kernel(const char *name) {
  if (!gotoblas_dynamic_quit || !gotoblas_dynamic_init) return;
  if (name) setenv("OPENBLAS_CORETYPE", name, 1);
  else unsetenv("OPENBLAS_CORETYPE");
  gotoblas_dynamic_quit();
  gotoblas_dynamic_init();
  unsetenv("OPENBLAS_CORETYPE");
}
